using Orleans.Agents.Workflows;

namespace Orleans.Agents.Models;

/// <summary>The calls of one agent in this process: how many are under way, when they began, and who waits.</summary>
internal sealed class ProcessDesk
{
    private readonly Lock gate = new();
    private readonly CallLog log = new();
    private readonly CallQueue queue;
    private readonly int? most;
    private readonly TimeProvider time;
    private readonly long opened;
    private int underWay;
    private TimeSpan? ringsAt;
    private ITimer? timer;

    public ProcessDesk(int? most, TimeProvider time)
    {
        (this.most, this.time, opened) = (most, time, time.GetTimestamp());
        queue = new CallQueue(gate, MayBegin, SetTimer);
    }

    private TimeSpan Now => time.GetElapsedTime(opened);

    public ValueTask EnterAsync(CallRate? rate, CancellationToken cancellation) => queue.EnterAsync(rate, cancellation);

    public void Leave()
    {
        lock (gate)
        {
            underWay--;
            queue.LetIn();
        }
    }

    private bool MayBegin(CallRate? rate)
    {
        if (underWay >= most)
        {
            return false;
        }

        var now = Now;
        if (rate is not null)
        {
            log.LookBack(rate);
            if (log.FreeAt(rate) > now)
            {
                return false;
            }
        }

        underWay++;
        log.Add(now);
        return true;
    }

    // One timer for all that wait; whoever waits for a call to end needs none.
    private void SetTimer()
    {
        TimeSpan? due = queue.NextRate is { } rate && !(underWay >= most) ? log.FreeAt(rate) : null;
        if (due == ringsAt)
        {
            return;
        }

        timer?.Dispose();
        (timer, ringsAt) = (null, due);
        if (due is { } at)
        {
            var wait = TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling((at - Now).TotalMilliseconds)));
            timer = time.CreateTimer(static desk => ((ProcessDesk)desk!).Ring(), this, wait, Timeout.InfiniteTimeSpan);
        }
    }

    private void Ring()
    {
        lock (gate)
        {
            ringsAt = null; // one that rings early is set again
            queue.LetIn();
        }
    }
}
