using Orleans.Agents.Models;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Silo.Agents;

/// <summary>The calls of one agent on this silo: how many are under way, who waits, and what is still to be reported.</summary>
internal sealed class AgentDesk
{
    private readonly Lock gate = new();
    private readonly CallQueue queue;
    private readonly RatePermits permits;
    private readonly TimeProvider time;
    private readonly bool isUnbounded;
    private readonly Action<AgentDesk> startReporting;
    private AgentCounts done = AgentCounts.None;
    private int underWay;
    private int granted;
    private bool isReporting;
    private TaskCompletionSource? rest;

    /// <param name="isUnbounded">Whether any number may be under way, so that nobody waits for others to end.</param>
    /// <param name="time">The clock that rates go by.</param>
    /// <param name="startReporting">Starts the reports to the agent's grain, when there is something to say.</param>
    public AgentDesk(bool isUnbounded, TimeProvider time, Action<AgentDesk> startReporting)
    {
        (this.isUnbounded, this.time, this.startReporting) = (isUnbounded, time, startReporting);
        permits = new RatePermits(time);
        queue = new CallQueue(gate, MayBegin, Moved);
    }

    public ValueTask EnterAsync(CallRate? rate, CancellationToken cancellation) => queue.EnterAsync(rate, cancellation);

    public void Leave(AgentCounts counts)
    {
        lock (gate)
        {
            underWay--;
            done += counts;
            queue.LetIn();
        }
    }

    /// <summary>What is to be said now; what was done is not said again.</summary>
    public AgentReport Report(string silo, int? most)
    {
        lock (gate)
        {
            var said = done;
            done = AgentCounts.None;
            return new AgentReport(silo, underWay, underWay + queue.Count, said, most, permits.Report(queue.Count));
        }
    }

    /// <summary>Takes what was granted upon a report.</summary>
    public void Grant(AgentReport said, AgentGrant grant)
    {
        lock (gate)
        {
            granted = grant.Calls;
            if (said.Rate is { } rate)
            {
                permits.Take(rate, grant.Rate);
            }

            queue.LetIn();
        }
    }

    /// <summary>Waits before the next report; where nobody waits, until somebody does.</summary>
    public async Task RestAsync(TimeSpan hungry, TimeSpan sated)
    {
        var hunger = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            (rest, hungry) = queue.Count == 0 ? (hunger, sated) : (null, hungry);
        }

        using var stop = new CancellationTokenSource();
        await Task.WhenAny(hunger.Task, Task.Delay(hungry, time, stop.Token));
        await stop.CancelAsync();
    }

    /// <summary>Whether there is anything more to say; if not, the next call starts the reports again.</summary>
    public bool GoesOnReporting()
    {
        lock (gate)
        {
            // Once more after the last call, so that what was granted is free for others.
            return isReporting =
                underWay > 0 || queue.Count > 0 || granted > 0 || done != AgentCounts.None || permits.HasNews;
        }
    }

    private bool MayBegin(CallRate? rate)
    {
        if ((!isUnbounded && underWay >= granted) || !permits.TryBegin(rate))
        {
            return false;
        }

        underWay++;
        return true;
    }

    private void Moved()
    {
        if (queue.Count > 0)
        {
            rest?.TrySetResult();
        }

        if (!isReporting)
        {
            isReporting = true;
            startReporting(this);
        }
    }
}
