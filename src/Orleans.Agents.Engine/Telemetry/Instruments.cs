using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Telemetry;

/// <summary>What the engine counts and measures, as one meter for the process. Nothing is counted while nobody listens.</summary>
internal static class Instruments
{
    /// <summary>The meter of all that the engine counts and measures.</summary>
    public const string MeterName = SpanNames.Source;

    private static readonly Meter Meter = new(MeterName);

    public static Counter<long> RunsStarted { get; } = Meter.CreateCounter<long>(
        "agents.runs.started", "{run}", "Runs that were started, child runs and launches among them.");

    public static Counter<long> RunsEnded { get; } = Meter.CreateCounter<long>(
        "agents.runs.ended", "{run}", "Runs that ended, by how and with which failure.");

    public static Histogram<double> RunDuration { get; } = Meter.CreateHistogram<double>(
        "agents.run.duration", "s", "How long runs took from their start to their end, waits included.");

    public static Counter<long> RunsParked { get; } = Meter.CreateCounter<long>(
        "agents.runs.parked", "{run}", "Runs that were put down because all they wait for is far off.");

    public static Counter<long> RunsTakenOver { get; } = Meter.CreateCounter<long>(
        "agents.runs.taken_over", "{run}", "Runs that were taken on: put down before, or left by a carrier that is gone.");

    public static Counter<long> StatesEntered { get; } = Meter.CreateCounter<long>(
        "agents.states.entered", "{visit}", "Visits of states: the steps of runs.");

    public static Counter<long> Retries { get; } = Meter.CreateCounter<long>(
        "agents.attempts.retried", "{attempt}", "Attempts that were asked for because the one before them failed.");

    public static Histogram<double> AttemptDuration { get; } = Meter.CreateHistogram<double>(
        "agents.attempt.duration", "s", "How long attempts at agent and tool calls took, by how they went.");

    public static Histogram<double> ChatDuration { get; } = Meter.CreateHistogram<double>(
        "gen_ai.client.operation.duration", "s", "How long models took to answer.");

    public static Histogram<long> TokenUsage { get; } = Meter.CreateHistogram<long>(
        "gen_ai.client.token.usage", "{token}", "Tokens that models read and wrote, per attempt.");

    public static Counter<long> ModelCost { get; } = Meter.CreateCounter<long>(
        "agents.model.cost", "{micro_usd}", "What models cost, in millionths of a US dollar.");

    public static Histogram<double> AppendDuration { get; } = Meter.CreateHistogram<double>(
        "agents.journal.append.duration", "s", "How long appends took to be durable, repeated ones included.");

    public static Histogram<long> AppendFacts { get; } = Meter.CreateHistogram<long>(
        "agents.journal.append.facts", "{fact}", "How many facts appends had.");

    public static Counter<long> AppendRetries { get; } = Meter.CreateCounter<long>(
        "agents.journal.retries", "{append}", "Appends that had to be sent again because the store did not answer.");

    public static Histogram<long> BatchSize { get; } = Meter.CreateHistogram<long>(
        "agents.store.batch.size", "{write}", "How many writes the store put into one transaction.");

    public static Histogram<double> Lateness { get; } = Meter.CreateHistogram<double>(
        "agents.wake.lateness", "s", "How long after the moment that it asked for a run was woken.");

    public static Counter<long> EpochsFenced { get; } = Meter.CreateCounter<long>(
        "agents.epochs.fenced", "{epoch}", "Processes that were found gone, and whose runs are taken on.");

    public static Counter<long> SizeWarnings { get; } = Meter.CreateCounter<long>(
        "agents.sizes.warned", "{warning}", "Sizes of runs that came to 80 % of their limit, by what it is the size of.");

    /// <summary>Whether anybody wants to know what becomes of runs.</summary>
    public static bool AreOfRunsWanted =>
        StatesEntered.Enabled || RunsStarted.Enabled || RunsEnded.Enabled || RunDuration.Enabled
        || RunsTakenOver.Enabled || RunsParked.Enabled || Retries.Enabled;

    /// <summary>Counts what is durable of a run.</summary>
    /// <param name="happened">The facts.</param>
    /// <param name="after">The run's state after them.</param>
    public static void Count(ImmutableArray<RunEvent> happened, RunState after)
    {
        var workflow = new KeyValuePair<string, object?>(SpanTags.Workflow, after.Origin!.Workflow);
        foreach (var e in happened)
        {
            switch (e)
            {
                case RunEvent.Started or RunEvent.Forked:
                    RunsStarted.Add(1, workflow);
                    break;
                case RunEvent.StateEntered entered:
                    StatesEntered.Add(1, workflow, new(SpanTags.State, entered.State));
                    break;
                case RunEvent.RetryScheduled:
                    Retries.Add(1, workflow);
                    break;
                case RunEvent.TakenOver { WasPutDown: var wasPutDown }:
                    RunsTakenOver.Add(1, workflow, new(SpanTags.Cause, wasPutDown is true ? "due" : "carrier_gone"));
                    break;
                case RunEvent.Parked:
                    RunsParked.Add(1, workflow);
                    break;
                case RunEvent.Succeeded or RunEvent.Failed:
                    CountEnd(workflow, after);
                    break;
            }
        }
    }

    /// <summary>Counts that something came near its limit.</summary>
    public static void WarnOfSize(SizeNotice notice) => SizeWarnings.Add(
        1, new(SpanTags.Workflow, notice.Workflow), new(SpanTags.Size, SizeName.Of(notice.Warning.Kind)));

    /// <summary>Measures how late something is done that was due at some moment, if it was.</summary>
    public static void MeasureLateness(DateTimeOffset? due, DateTimeOffset now)
    {
        if (Lateness.Enabled && due is { } at && at <= now)
        {
            Lateness.Record((now - at).TotalSeconds);
        }
    }

    private static void CountEnd(KeyValuePair<string, object?> workflow, RunState after)
    {
        var tags = new TagList { workflow, { SpanTags.Status, StatusName.Of(after.Status) } };
        RunDuration.Record((after.Now - after.StartedAt).TotalSeconds, tags);
        if (after.Failure is { } failure)
        {
            tags.Add(SpanTags.Error, failure.Code);
            tags.Add(SpanTags.FailureClass, Spans.NameOf(failure.Class));
        }

        RunsEnded.Add(1, tags);
    }
}
