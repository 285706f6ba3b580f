using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Remote;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli;

/// <summary><c>agents runs list</c>: what runs there are.</summary>
internal static class RunsListVerb
{
    private const int MostRuns = 1_000;

    private static readonly Manner Reading = new(IsCompact: false, IsQuiet: false, IsVerbose: false);

    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var status = Choices.Option("--status", "Only runs in this status.", [.. StatusName.All]);
        var workflow = new Option<string>("--workflow", "-w")
        {
            Description = "Only runs of this workflow.",
            HelpName = "name",
        };
        var limit = Numbers.Option("--limit", "At most this many, 1 to 1000. Default: 50.", 1, MostRuns);
        var store = StoreChoice.Option();
        var server = new ServerOptions();
        var json = MannerOptions.JsonOption();
        var verb = new Verb(
            "list",
            "Lists runs, newest first.",
            "A table on a terminal, a JSON array otherwise.",
            new Example("What failed", "agents runs list --status failed"),
            new Example("The newest run's id, for a script", "agents runs list --limit 1 --json | jq -r '.[0].run'"))
        {
            status, workflow, limit, store, json,
        };
        server.AddToReading(verb, store);
        verb.SetAction(async (parsed, cancellation) =>
        {
            var query = new RunQuery(
                (int)(parsed.GetValue(limit) ?? 50),
                parsed.GetValue(status) is { } name ? StatusName.Find(name) : null,
                parsed.GetValue(workflow));
            var lines = server.Of(parsed) is { } there
                ? await ServerReading.ListAsync(there, parsed.GetValue(status), query.Workflow, query.Limit, cancellation)
                : await ReadAsync(StoreChoice.Of(parsed.GetValue(store)), query, streams, cancellation);
            if (streams.IsOutputTerminal && !parsed.GetValue(json))
            {
                streams.WriteText(TableOf(lines));
            }
            else
            {
                streams.WriteJson(lines, CliJson.Default.IReadOnlyListRunLine, compact: true);
            }

            return ExitCode.Done;
        });
        return verb;
    }

    [SuppressMessage(
        "Reliability", "CA2000:Dispose objects before losing scope", Justification = "The engine owns it.")]
    private static async Task<IReadOnlyList<RunLine>> ReadAsync(
        StoreChoice choice, RunQuery query, Streams streams, CancellationToken cancellation)
    {
        if (await choice.OpenToReadAsync(cancellation) is not { } store)
        {
            streams.Tell($"there is no store yet: {choice.Name}; 'agents run' makes one");
            return [];
        }

        await using var engine = ProgramEngine.Looking(store, streams, Reading);
        var records = await engine.ListAsync(query, cancellation);
        var waits = (await engine.FindWaitsAsync(records, cancellation)).ToDictionary(wait => wait.Run, WaitDocument.Of);
        var lines = new List<RunLine>(records.Length);
        foreach (var record in records)
        {
            lines.Add(RunLine.Of(record) with
            {
                WaitsFor = waits.GetValueOrDefault(record.Id),
                Suspended = record.Row.Status is RunStatus.Suspended
                    && await engine.FindAsync(record.Id, cancellation) is { State: var state } ? SuspensionDocument.Of(state) : null,
            });
        }

        return lines;
    }

    private static string TableOf(IReadOnlyList<RunLine> lines) => TextTable.Of(
        ["RUN", "WORKFLOW", "STATUS", "STATE", "STARTED"],
        lines.Select(l => (ImmutableArray<string>)
        [
            l.Run,
            l.Workflow,
            l.Status,
            l.Suspended is { } suspended ? $"{l.State}: since {TimeOf(suspended.Since)}{(suspended.Reason is null ? "" : $", {suspended.Reason}")}"
                : l.WaitsFor is { } wait ? $"{l.State}: waits for signal {wait.Signal}" : l.State ?? l.FailureCode ?? "",
            TimeOf(l.StartedAt),
        ]));

    private static string TimeOf(DateTimeOffset moment) =>
        moment.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
}
