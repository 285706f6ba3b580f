using System.CommandLine;
using System.Text;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Replays;

namespace Orleans.Agents.Cli;

/// <summary><c>agents runs replay</c>: decides the journal of a run again, and says what comes out differently.</summary>
internal static class RunsReplayVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var run = new Argument<string>("id") { Description = "The run's name, or a beginning that no other run has." };
        var store = StoreChoice.Option();
        var json = MannerOptions.JsonOption();
        var verb = new Verb(
            "replay",
            "Decides a run again from its journal; executes nothing.",
            "Exit code 0 when every event comes out the same, 1 when one does not: its version and field are named.",
            new Example("Does this version decide as the one that ran it?", "agents runs replay run-0198c2"),
            new Example("The field that differs, for a script", "agents runs replay run-0198c2 --json | jq -r .difference.field"))
        {
            run, store, json,
        };
        verb.SetAction(async (parsed, cancellation) =>
        {
            var typed = parsed.GetValue(run)!;
            await using var opened = await RunFinder.OpenStoreAsync(StoreChoice.Of(parsed.GetValue(store)), typed, cancellation);
            var record = await RunFinder.FindAsync(opened, typed, cancellation);
            var replayed = await new RunReplays(opened).ReplayAsync(record.Id, cancellation)
                ?? throw new CommandException(ExitCode.Usage, "cli.run_unknown", $"There is no run '{record.Id}' any more.");
            foreach (var gap in replayed.Unverified)
            {
                streams.Tell($"version {gap.Version} is not verified: {gap.Why}", Tone.Warning);
            }

            var document = ReplayDocument.Of(replayed);
            if (streams.IsOutputTerminal && !parsed.GetValue(json))
            {
                streams.WriteText(TextOf(document));
            }
            else
            {
                streams.WriteJson(document, CliJson.Default.ReplayDocument, compact: true);
            }

            return replayed.Difference is null ? ExitCode.Done : ExitCode.Failed;
        });
        return verb;
    }

    private static string TextOf(ReplayDocument replayed)
    {
        var text = new StringBuilder();
        text.Append($"run {replayed.Run}: {replayed.Events} events in {replayed.Appends} appends are decided the same\n");
        if (replayed.Difference is { } difference)
        {
            var fact = difference.RecordedType ?? "nothing more";
            text.Append($"event {difference.Version}, {fact}, of the append up to version {difference.Append} is not");
            text.Append(difference.Field.Length == 0 ? "\n" : $": {difference.Field}\n");
            text.Append($"  recorded  {difference.Recorded?.GetRawText() ?? "nothing"}\n");
            text.Append($"  decided   {difference.Decided?.GetRawText() ?? difference.Why ?? "nothing"}\n");
        }

        return text.ToString();
    }
}
