using System.Collections.Immutable;
using System.Globalization;
using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Definitions.FlatMachines.Jinja;
using Orleans.Agents.Definitions.Sources;

namespace Orleans.Agents.Definitions.FlatMachines;

/// <summary>
/// Adds what <c>mdap_voting</c> is here: a cycle that asks an agent until an answer was given as often as is wanted. What cannot
/// be read as the agent's metadata says, or does not satisfy it, has no vote.
/// </summary>
internal sealed class FlatVoting(FlatChain chain, Node execution, AgentDraft agent, SchemaBook schemas, ExpressionCheck expressions)
{
    private const int DefaultVotes = 3;
    private const int DefaultCandidates = 10;

    private readonly Node? metadata = agent.Document.Root.Find("metadata");

    private string Votes => $"context['{chain.Name("votes")}']";

    private string Asked => $"context['{chain.Name("asked")}']";

    /// <summary>Adds the states of the cycle.</summary>
    /// <param name="asking">What asking the agent is.</param>
    /// <param name="onError">Where the machine goes when nobody wins; null fails the run.</param>
    public void Add(StateDraft asking, Node? onError)
    {
        var most = Setting("max_candidates", DefaultCandidates);
        chain.Add("vote", StateKind.Pass, null, d => d with { Save = [Saved("votes", "[]"), Saved("asked", "0")] });
        chain.Add("ask", StateKind.Agent, asking.Subject, d => asking with
        {
            Name = d.Name,
            Key = d.Key,
            Save = [Saved("asked", $"{Asked} + 1"), Saved("said", "output")],
            Next = [To("read")],
            Catch = [Otherwise("tally", Saved("asked", $"{Asked} + 1"))],
            Visits = most,
        });
        chain.Add("read", StateKind.Pass, null, d => d with
        {
            Input = Reading(),
            Output = metadata?.Find("validation") is { IsMap: true } valid ? schemas.Use(valid) : null,
            Save = [Saved("votes", $"{Votes} + [output]")],
            Next = [To("tally")],
            Catch = [Otherwise("tally")],
            Visits = most,
        });
        AddTally(most);
        AddNobody(onError);
        chain.Add("won", StateKind.Pass, null, d => d with { Input = Written($"context['{chain.Name("best")}']") });
    }

    // Of several with as many votes the one wins that was given first.
    private void AddTally(int most) => chain.Add("tally", StateKind.Pass, null, d => d with
    {
        Input = Written($"{Votes}.map(one, size({Votes}.filter(other, other == one)))"),
        Save = [Saved("best", $"first(entries({Votes}).filter(one, at(output, one.index) == max(output))).value")],
        Next =
        [
            To("won", $"default(max(output), 0) >= {Setting("k_margin", DefaultVotes)}"),
            To("ask", $"{Asked} < {most}"),
            To("won", $"size({Votes}) > 0"),
            To("nobody"),
        ],
        Visits = most,
    });

    private void AddNobody(Node? onError)
    {
        const string Code = "voting.no_answer";
        const string Message = "No answer of the agent could be read.";
        if (onError is null)
        {
            chain.Add("nobody", StateKind.Fail, Text(Code), d => d with { Message = Text(Message) });
            return;
        }

        chain.Add("nobody", StateKind.Pass, null, d => d with
        {
            Save = [new Member("last_error", execution, Text(Message)), new Member("last_error_type", execution, Text(Code))],
            Next = [new TransitionDraft(onError, null, onError)],
        });
    }

    // A field that is not found is no text to go on with, which is a failure, and so no vote.
    private Node Reading()
    {
        var said = $"context['{chain.Name("said")}']";
        if (metadata?.Find("parsing") is not { IsMap: true, Members.Count: > 0 } parsing)
        {
            return Written(agent.Output is null ? $"{{content: {said}}}" : said);
        }

        return Node.Map(parsing.File, parsing.Index, [.. parsing.Members.Select(field =>
        {
            var found = $"find({said}, {JinjaWriter.Quote("(?s)" + (field.Value.Find("pattern")?.Text ?? ""))})";
            return field with
            {
                Value = Written(field.Value.Find("type")?.Text switch
                {
                    "json" => $"json({found})",
                    "int" or "float" => $"number({found})",
                    _ => $"{found} + ''",
                }),
            };
        })]);
    }

    // As there, the agent's own settings go before those of the state.
    private int Setting(string name, int otherwise) =>
        (metadata?.Find("mdap")?.Find(name) ?? execution.Find(name)) is { Kind: NodeKind.Number } said
            && int.TryParse(said.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Math.Clamp(number, 1, FlatShapes.MostCandidates)
            : otherwise;

    private TransitionDraft To(string what, string? when = null)
    {
        var condition = when is null ? null : Text(when);
        expressions.Condition(condition, ExpressionPlace.AfterState);
        return new TransitionDraft(execution, condition, Text(chain.Name(what)));
    }

    private CatchDraft Otherwise(string what, params ImmutableArray<Member> saved) =>
        new(execution, [Text("*")], Text(chain.Name(what)), saved);

    private Member Saved(string what, string expression) => new(chain.Name(what), execution, Written(expression));

    private Node Written(string expression)
    {
        var written = Text($"${{{{ {expression} }}}}");
        expressions.Template(written, ExpressionPlace.AfterState);
        return written;
    }

    private Node Text(string text) => FlatValues.Text(execution, text);
}
