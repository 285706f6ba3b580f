using System.CommandLine;
using System.Text;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Journal;
using Orleans.Agents.Replays;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Cli;

/// <summary><c>agents runs compare</c>: decides a run by another definition, with the results that were recorded.</summary>
internal sealed class RunsCompareVerb
{
    private const int HashLength = 64;

    private readonly Streams streams;
    private readonly DefinitionSource definitions = new();
    private readonly MannerOptions manners = new();
    private readonly Option<string> store = StoreChoice.Option();
    private readonly Argument<string> run = new("id")
    {
        Description = "The run's name, or a beginning that no other run has.",
    };

    private readonly Option<string> with = new("--with")
    {
        Description = "The other definition: a workflow file or folder, or the hash of one that is in the store.",
        HelpName = "path|hash",
        Required = true,
    };

    private readonly Option<string> workflow = new("--workflow", "-w")
    {
        Description = "Which workflow of the path. Default: the one that has the name of the run's.",
        HelpName = "name",
    };

    private RunsCompareVerb(Streams streams) => this.streams = streams;

    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var compare = new RunsCompareVerb(streams);
        var verb = new Verb(
            "compare",
            "Decides a run by another definition, with its recorded results; executes nothing.",
            "Exit code 0 when every event comes out the same, 1 when one does not: it is named, and where results ran out.",
            new Example("Would this change have changed that run?", "agents runs compare run-0198c2 --with report.yaml"),
            new Example("What it would have ended with", "agents runs compare run-0198c2 --with report.yaml --json | jq .output"))
        {
            compare.run, compare.with, compare.workflow, compare.store,
        };
        compare.definitions.AddTo(verb);
        compare.manners.AddTo(verb);
        verb.SetAction(compare.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var manner = manners.Of(parsed);
        var typed = parsed.GetValue(run)!;
        await using var opened = await RunFinder.OpenStoreAsync(StoreChoice.Of(parsed.GetValue(store)), typed, cancellation);
        var record = await RunFinder.FindAsync(opened, typed, cancellation);
        var replays = new RunReplays(opened);
        if (await OtherAsync(replays, record, parsed, manner, cancellation) is not { } other)
        {
            return ExitCode.Usage;
        }

        var compared = await replays.CompareAsync(record.Id, other, cancellation)
            ?? throw new CommandException(ExitCode.Usage, "cli.run_unknown", $"There is no run '{record.Id}' any more.");
        if (compared.Replayed is { } broken)
        {
            throw new CommandException(
                ExitCode.Failed,
                "cli.replay_differs",
                $"Event {broken.Version} of run {record.Id} is decided differently by its own definition; see 'agents runs replay {record.Id}'.");
        }

        var document = ComparisonDocument.Of(record, other, compared);
        if (streams.IsOutputTerminal && !manner.IsCompact)
        {
            streams.WriteText(TextOf(document));
        }
        else
        {
            streams.WriteJson(document, CliJson.Default.ComparisonDocument, compact: true);
        }

        return document.Same ? ExitCode.Done : ExitCode.Failed;
    }

    // Null when it has mistakes, which have been told.
    private async Task<Workflow?> OtherAsync(
        RunReplays replays, RunRecord record, ParseResult parsed, Manner manner, CancellationToken cancellation)
    {
        var given = parsed.GetValue(with)!;
        if (!Path.Exists(given) && given.Length == HashLength && given.All(char.IsAsciiHexDigitLower))
        {
            return await replays.FindDefinitionAsync(record.Id, given, cancellation)
                ?? throw CommandException.Usage($"The store has no definition with the hash {given}.");
        }

        var loaded = definitions.Load([given], parsed);
        if (!DefinitionSource.Accept(loaded, streams, manner))
        {
            return null;
        }

        var name = parsed.GetValue(workflow) ?? record.Workflow;
        return loaded.Definitions.TryGetValue(name, out var found)
            ? found.Workflow
            : throw CommandException.Usage(
                $"There is no workflow '{name}' in {given}.{Nearest.Question(name, loaded.Definitions.Keys)} Say which with --workflow.");
    }

    private static string TextOf(ComparisonDocument compared)
    {
        var text = new StringBuilder();
        text.Append($"run {compared.Run}: {compared.Events} events come out the same\n");
        text.Append(compared.Refusal is { } refusal ? $"the other definition would not begin it: {refusal}\n" : "");
        if (compared.Difference is { } difference)
        {
            text.Append($"event {difference.Version}, {difference.RecordedType ?? "nothing more"}, does not");
            text.Append(difference.Field.Length == 0 ? "\n" : $": {difference.Field}\n");
            text.Append($"  recorded  {difference.Recorded?.GetRawText() ?? "nothing"}\n");
            text.Append($"  decided   {difference.Decided?.GetRawText() ?? "nothing"}\n");
        }

        foreach (var missing in compared.RanOut ?? [])
        {
            var branch = missing.Branch is null ? "" : $", branch {missing.Branch}";
            text.Append($"no result is recorded for attempt {missing.Attempt} of state {missing.State}, visit {missing.Cycle}{branch}\n");
        }

        text.Append(compared.Unused is { } unused ? $"{unused} recorded results are not asked for\n" : "");
        text.Append($"by it the run {(compared.State is { } state ? $"is in state {state}" : compared.Status)}\n");
        return text.ToString();
    }
}
