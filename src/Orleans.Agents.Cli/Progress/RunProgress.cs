using System.Collections.Immutable;
using System.Globalization;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli.Progress;

/// <summary>Tells people what a run does while it does it: a line per state, retry and caught failure.</summary>
internal sealed class RunProgress(Streams streams)
{
    // Facts arrive from several threads, but of one run one after the other.
    private ImmutableDictionary<RunId, Place> seen = ImmutableDictionary<RunId, Place>.Empty;

    /// <summary>Tells of some facts.</summary>
    public void OnStored(RunId run, RunAppend append)
    {
        foreach (var happened in append.Events)
        {
            var (since, state, failed) = PlaceOf(run, happened, append.At);
            if (TextOf(happened, state, failed, append.At) is var (text, tone))
            {
                var after = (append.At - since).TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);
                streams.Tell($"{after,8}s  {text}", tone);
            }
        }
    }

    private Place PlaceOf(RunId run, RunEvent happened, DateTimeOffset at)
    {
        var place = seen.GetValueOrDefault(run) ?? new Place(at, "", null);
        place = happened switch
        {
            RunEvent.StateEntered entered => place with { State = entered.State },
            RunEvent.ActivityFailed attempt => place with { Failed = attempt.Failure },
            _ => place,
        };
        ImmutableInterlocked.AddOrUpdate(ref seen, run, place, (_, _) => place);
        return place;
    }

    private static (string Text, Tone Tone)? TextOf(
        RunEvent happened, string state, Failure? failed, DateTimeOffset at) =>
        happened switch
        {
            RunEvent.Forked { State.Origin: { Fork: { } fork } origin } =>
                ($"run {origin.Run} of {origin.Workflow} forked from {fork.Run} at version {fork.Version}", Tone.Faint),
            RunEvent.Started started => ($"run {started.Origin.Run} of {started.Origin.Workflow} started", Tone.Faint),
            RunEvent.Suspended { Reason: null } => ("suspended: nothing begins until it is resumed", Tone.Warning),
            RunEvent.Suspended suspended => ($"suspended: {suspended.Reason}", Tone.Warning),
            RunEvent.Resumed => ("goes on", Tone.Plain),
            RunEvent.TakenOver => ("carried on from where it stood", Tone.Faint),
            RunEvent.StateEntered { MaxVisits: > 1 and var max } entered => (
                $"{entered.State}: {CycleDocument.TextOf(entered.State, entered.Cycle, max)}, "
                + $"{max - entered.Cycle} left",
                Tone.Plain),
            RunEvent.StateEntered { Signal: { } signal } entered => (
                $"{entered.State}: waits for signal {signal}"
                + (entered.WakeAt is { } until ? $", at most {Durations.TextOf(until - at)}" : ""),
                Tone.Plain),
            RunEvent.StateEntered { WakeAt: { } due } entered => (
                $"{entered.State}: waits for {Durations.TextOf(due - at)}", Tone.Plain),
            RunEvent.StateEntered entered => (entered.State, Tone.Plain),
            RunEvent.RunLaunched launched => ($"{state}: launched run {launched.Run}", Tone.Plain),
            RunEvent.StateLeft { Failure: { } caught } left => (
                $"{left.State}: caught {caught.Code}: {caught.Message}", Tone.Warning),
            RunEvent.RetryScheduled retry when failed is not null => (
                $"{state}: attempt {retry.Attempt - 1} failed with {failed.Code}: {failed.Message} "
                + $"Attempt {retry.Attempt} in {Durations.TextOf(retry.NotBefore - at)}.",
                Tone.Warning),
            _ => null,
        };

    /// <summary>Where a run is, as far as it was told.</summary>
    private sealed record Place(DateTimeOffset Since, string State, Failure? Failed);
}
