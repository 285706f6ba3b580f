using System.Collections.Immutable;
using System.Diagnostics;
using System.Threading.Channels;
using Orleans.Agents.Runs;
using Orleans.Agents.Telemetry;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Activities.Lending;

/// <summary>Attempts this process makes for another one, and their reports until that one collects them.</summary>
internal sealed class Borrowed
{
    private readonly Channel<LentReport> reports = Channel.CreateUnbounded<LentReport>();
    private readonly LaneItem[] items;
    private readonly Dispatch dispatch;
    private int open;

    public Borrowed(ImmutableArray<(Workflow Workflow, LentAttempt Attempt)> attempts, Dispatch dispatch)
    {
        this.dispatch = dispatch;
        items =
        [
            .. attempts.Select((lent, place) => new LaneItem(
                new Owner(this, place, lent.Workflow, TraceContext.Parse(lent.Attempt.Traceparent)), lent.Attempt.ToState(), lent.Attempt.ToAttempt())),
        ];
    }

    /// <summary>Whether everything was collected.</summary>
    public bool IsDone => Volatile.Read(ref open) == 0;

    /// <summary>Puts as many as find a free lane into these.</summary>
    /// <returns>How many, from the first on.</returns>
    public int Enter(ActivityLanes lanes)
    {
        open = items.Length; // before the first can report
        var taken = lanes.EnqueueFree(items);
        Interlocked.Add(ref open, taken - items.Length);
        return taken;
    }

    /// <summary>Waits until there is something to report, and hands it out.</summary>
    public async Task<ImmutableArray<LentReport>> CollectAsync()
    {
        await reports.Reader.WaitToReadAsync();
        var some = ImmutableArray.CreateBuilder<LentReport>();
        while (reports.Reader.TryRead(out var report))
        {
            some.Add(report);
        }

        Interlocked.Add(ref open, -some.Count);
        return some.DrainToImmutable();
    }

    /// <summary>Gives one of them up.</summary>
    public void Cancel(int place) => items[place].Cancel(dispatch);

    /// <summary>Gives all of them up: nobody will collect them.</summary>
    public void Cancel()
    {
        for (var place = 0; place < items.Length; place++)
        {
            Cancel(place);
        }
    }

    private sealed class Owner(Borrowed loan, int place, Workflow workflow, ActivityContext span) : ILaneOwner
    {
        public Workflow Workflow => workflow;

        public ActivityContext Span => span;

        public bool IsCarrying => false;

        // Nothing is lent that would ask.
        public Task<Told> TellAsync(RunCommand command) =>
            Task.FromResult<Told>(new Told.NotHere(new HostEnd.Lost()));

        public void Report(RunCommand report, LaneItem item)
        {
            loan.reports.Writer.TryWrite(LentReport.From(place, report));
            item.Leave();
        }

        public void Abandoned(LaneItem item) => loan.reports.Writer.TryWrite(new LentReport.GivenUp(place));
    }
}
