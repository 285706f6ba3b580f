using System.Collections.Immutable;
using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Definitions.FlatMachines.Jinja;
using Orleans.Agents.Definitions.Sources;

namespace Orleans.Agents.Definitions.FlatMachines;

/// <summary>Reads the states of one machine.</summary>
internal sealed class FlatStateReading(FlatWorkReading work, ExpressionCheck expressions, Findings findings)
{
    private readonly FlatValues values = new(findings);
    private readonly List<(string State, ImmutableArray<Member> Own)> actions = [];

    /// <summary>The states that do actions, and what they save besides what the action changes.</summary>
    public IReadOnlyList<(string State, ImmutableArray<Member> Own)> Actions => actions;

    /// <summary>Reads one state.</summary>
    /// <param name="member">The state.</param>
    /// <param name="isOurs">Whether conditions are in our language.</param>
    public ImmutableArray<StateDraft> Read(Member member, bool isOurs)
    {
        var state = member.Value;
        var chain = new FlatChain(member);
        var isFinal = state.Find("type")?.Text == "final";
        Refuse(state, isFinal);
        var names = JinjaNames.Same;
        var mapping = state.Find("output_to_context") is { IsMap: true } given ? given : null;
        if (state.Find("action") is { IsText: true } action)
        {
            work.AddAction(chain, state, action);
            var isAll = !FlatWorkReading.HasWork(state);
            actions.Add((member.Name, isAll ? Save(mapping, names) : []));
            chain.Change(d => d with { Save = actions[^1].Own });
        }

        work.AddLaunches(chain, state);
        if (work.AddWork(chain, state) is { } done)
        {
            names = done;
            chain.Change(d => d with { Save = Save(mapping, names) });
        }

        if (isFinal)
        {
            End(chain, state, names);
        }
        else if (chain.IsEmpty)
        {
            chain.Add("pass", StateKind.Pass, null, d => d with { Save = Save(mapping, names) });
        }

        return chain.Link(isFinal ? [] : Next(member, names, isOurs), OnError(state.Find("on_error")));
    }

    private void Refuse(Node state, bool isFinal)
    {
        if (state.Find("machine") is not null && state.Find("agent") is { } second)
        {
            findings.Error(
                DiagnosticCode.Conflict, second, "machine, agent exclude each other", "one of machine, agent; two states do both");
        }

        if (state.Find("foreach") is { } list && !FlatWorkReading.HasWork(state))
        {
            findings.Error(DiagnosticCode.MissingField, list, "`foreach` does not say what it does for each item", "`machine` or `agent`");
        }

        Ignore(isFinal ? null : state.Find("output"), "`output` is what a final state gives: here it does nothing", "`output_to_context`");
        Ignore(isFinal ? state.Find("transitions") : null, "A final state leads nowhere: this does nothing", "`transitions` left out");
        Ignore(
            state.Find("agent") is null ? state.Find("execution") : null,
            "Only agents are executed in a way that can be said: this does nothing",
            "`execution` left out");
        Block(state, "tool_loop", "true", "will let agents call tools in a loop; until then call them from states of their own");
        Block(state, "sampling", "multi", "is said with `execution: { type: parallel }`");
        Block(state, "wait_for", null, "will wait for a signal; until then use an action and a workflow of our own format that waits");
    }

    private void Ignore(Node? field, string message, string expected)
    {
        if (field is not null)
        {
            findings.Warn(DiagnosticCode.FlatWithoutEffect, field, message, expected);
        }
    }

    private void Block(Node state, string field, string? value, string why)
    {
        if (state.Find(field) is { } node && (value is null || node.Text == value))
        {
            findings.Error(
                DiagnosticCode.FeatureBlocked, node, $"This version does not run `{field}` of a FlatMachine: it {why}");
        }
    }

    private void End(FlatChain chain, Node state, JinjaNames names)
    {
        var hasWork = !chain.IsEmpty;
        if (hasWork)
        {
            chain.Change(d => d with
            {
                Save = d.Save.Add(new Member(chain.Kept, d.Key, FlatValues.Text(d.Key, $"${{{{ {names.Output} }}}}"))),
            });
            names = names with { Output = $"context['{chain.Kept}']" };
        }

        var said = state.Find("output");
        var output = said is not null ? values.Value(said, names)
            : hasWork ? values.Value(FlatValues.Text(state, "{{ output }}"), names)
            : FlatValues.Map(state);
        expressions.Template(output, ExpressionPlace.State);
        chain.Add("end", StateKind.End, output, d => d);
    }

    // Entries see the context as it was before: where one reads what another has just saved, that is said.
    private ImmutableArray<Member> Save(Node? mapping, JinjaNames names)
    {
        var saved = ImmutableArray.CreateBuilder<Member>();
        foreach (var member in mapping?.Members ?? [])
        {
            var value = values.Value(member.Value, names with { KnowsContent = true });
            var before = expressions.Uses.Count;
            expressions.Template(value, ExpressionPlace.AfterState);
            var early = expressions.Uses.Skip(before).FirstOrDefault(u =>
                u is { Root: "context", Members: [var name, ..] } && saved.Any(s => s.Name == name));
            if (early is not null)
            {
                findings.Warn(
                    DiagnosticCode.FlatOrder,
                    member.Value.File.Name,
                    early.Position,
                    $"`context.{Node.Shorten(early.Members[0])}` is what it was before this state: all entries see the context as it was",
                    "what the entry above says, once more");
            }

            saved.Add(member with { Value = value });
        }

        return saved.ToImmutable();
    }

    private ImmutableArray<TransitionDraft> Next(Member member, JinjaNames names, bool isOurs)
    {
        if (member.Value.Find("transitions") is not { IsList: true, Items.Count: > 0 } transitions)
        {
            findings.Error(
                DiagnosticCode.MissingField,
                member.Key,
                $"The state \"{Node.Shorten(member.Name)}\" is not final and leads nowhere",
                "`transitions`, or `type: final`");
            return [];
        }

        return
        [
            .. transitions.Items.Where(t => t.Find("to") is { IsText: true }).Select(t =>
            {
                var when = values.Condition(t.Find("condition"), names, isOurs);
                expressions.Condition(when, ExpressionPlace.AfterState);
                return new TransitionDraft(t, when, t.Find("to"));
            }),
        ];
    }

    private ImmutableArray<CatchDraft> OnError(Node? said)
    {
        if (said is { IsText: true })
        {
            return [Catch(said, ["*"], said)];
        }

        var ways = said?.Members
            .Where(m => m.Value.IsText)
            .Select(m => (m.Key, m.Value, Patterns: PatternsOf(m)))
            .OrderBy(w => w.Patterns.Any(p => p == "*") ? 2 : w.Patterns.Any(p => p.EndsWith(".*", StringComparison.Ordinal)) ? 1 : 0)
            .ToArray() ?? [];
        var catches = ImmutableArray.CreateBuilder<CatchDraft>();
        var taken = new List<string>();
        foreach (var (key, to, patterns) in ways)
        {
            string[] free = [.. patterns.Where(p => !taken.Exists(t => FailurePattern.Covers(t, p)))];
            taken.AddRange(free);
            if (free.Length > 0)
            {
                catches.Add(Catch(key, free, to));
            }
        }

        return catches.ToImmutable();
    }

    private ImmutableArray<string> PatternsOf(Member way)
    {
        var patterns = FlatErrors.Of(way.Name);
        if (patterns.IsEmpty)
        {
            findings.Warn(
                DiagnosticCode.FlatErrorName,
                way.Key,
                $"No failure here is called \"{Node.Shorten(way.Name)}\": this way is never taken",
                $"a code such as model.rate_limited, or one of {string.Join(", ", FlatErrors.Names)}",
                Expressions.NearestName.Of(way.Name, FlatErrors.Names));
        }

        return patterns;
    }

    private static CatchDraft Catch(Node at, IEnumerable<string> on, Node to) => new(
        at,
        [.. on.Select(p => FlatValues.Text(at, p))],
        to,
        [
            new Member("last_error", at, FlatValues.Text(at, "${{ error.message }}")),
            new Member("last_error_type", at, FlatValues.Text(at, "${{ error.code }}")),
        ]);
}
