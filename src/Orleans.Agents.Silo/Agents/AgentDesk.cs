namespace Orleans.Agents.Silo.Agents;

/// <summary>The calls of one agent on this silo: how many are under way, who waits, and what is still to be reported.</summary>
/// <param name="isUnbounded">Whether any number may be under way, so that nobody waits.</param>
/// <param name="startReporting">Starts the reports to the agent's grain, when there is something to say.</param>
internal sealed class AgentDesk(bool isUnbounded, Action<AgentDesk> startReporting)
{
    private readonly Lock gate = new();
    private readonly LinkedList<TaskCompletionSource> waiting = new();
    private AgentCounts done = AgentCounts.None;
    private int underWay;
    private int granted;
    private bool isReporting;

    /// <summary>Whether somebody waits.</summary>
    public bool IsHungry
    {
        get
        {
            lock (gate)
            {
                return waiting.Count > 0;
            }
        }
    }

    public async ValueTask EnterAsync(CancellationToken cancellation)
    {
        LinkedListNode<TaskCompletionSource> place;
        lock (gate)
        {
            if (isUnbounded || (waiting.Count == 0 && underWay < granted))
            {
                underWay++;
                Begin();
                return;
            }

            place = waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            Begin();
        }

        await using var stop = cancellation.Register(() => GiveUp(place, cancellation));
        await place.Value.Task;
    }

    public void Leave(AgentCounts counts)
    {
        lock (gate)
        {
            underWay--;
            done += counts;
            LetIn();
            Begin();
        }
    }

    /// <summary>What is to be said now; what was done is not said again.</summary>
    public (int UnderWay, int Wanted, AgentCounts Done) Report()
    {
        lock (gate)
        {
            var said = done;
            done = AgentCounts.None;
            return (underWay, underWay + waiting.Count, said);
        }
    }

    public void Grant(int calls)
    {
        lock (gate)
        {
            granted = calls;
            LetIn();
        }
    }

    /// <summary>Whether there is anything more to say; if not, the next call starts the reports again.</summary>
    public bool GoesOnReporting()
    {
        lock (gate)
        {
            // Once more after the last call, so that what was granted is free for others.
            return isReporting = underWay > 0 || waiting.Count > 0 || granted > 0 || done != AgentCounts.None;
        }
    }

    private void Begin()
    {
        if (!isReporting)
        {
            isReporting = true;
            startReporting(this);
        }
    }

    private void LetIn()
    {
        while (waiting.First is { } first && underWay < granted)
        {
            waiting.RemoveFirst();
            underWay++;
            first.Value.SetResult();
        }
    }

    private void GiveUp(LinkedListNode<TaskCompletionSource> place, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (place.List is not null)
            {
                waiting.Remove(place);
                place.Value.SetCanceled(cancellation);
            }
        }
    }
}
