using System.Collections.Immutable;

namespace Orleans.Agents.Runs;

/// <summary>What waits to be told to a run, until it is not carried any more; one at a time attends to it.</summary>
/// <param name="awaitsTakeOver">Whether nothing that was left for the run may be told before it was taken over.</param>
internal sealed class RunMailbox(bool awaitsTakeOver)
{
    private readonly Lock gate = new();
    private List<RunMessage> waiting = [];
    private HashSet<string>? handedOver;
    private bool awaitsTakeOver = awaitsTakeOver;
    private bool isAttended;
    private HostEnd? end;

    /// <summary>Why nothing is told to the run any more; null as long as it is carried.</summary>
    public HostEnd? End
    {
        get
        {
            lock (gate)
            {
                return end;
            }
        }
    }

    /// <summary>Puts a message in, or refuses it.</summary>
    /// <returns>Whether the caller has to see that somebody attends to it.</returns>
    public bool Add(RunMessage message)
    {
        HostEnd? refusal;
        lock (gate)
        {
            refusal = end;
            if (refusal is null)
            {
                waiting.Add(message);
                return Attend();
            }
        }

        message.Refuse(refusal);
        return false;
    }

    /// <summary>Puts in that the run is taken over and, in the same breath, what was left for it meanwhile.</summary>
    /// <returns>Whether the caller has to see that somebody attends to it.</returns>
    public bool AddTakeOver(RunMessage takeOver, ImmutableArray<LeftCommand> left)
    {
        lock (gate)
        {
            // Together, so that a run that was cancelled meanwhile does not first begin its work again.
            var isFirst = Add(takeOver);
            awaitsTakeOver = false;
            return AddLeft(left) || isFirst;
        }
    }

    /// <summary>Puts in what was left in the run's inbox: each note once, however often it is delivered.</summary>
    /// <returns>Whether the caller has to see that somebody attends to it.</returns>
    public bool AddLeft(ImmutableArray<LeftCommand> left)
    {
        lock (gate)
        {
            if (left.IsEmpty || awaitsTakeOver || end is not null)
            {
                return false; // they come again: with the takeover, at the keeper's next look, or to the next carrier
            }

            var before = waiting.Count;
            handedOver ??= new HashSet<string>(StringComparer.Ordinal);
            foreach (var (note, command) in left)
            {
                if (handedOver.Add(note))
                {
                    waiting.Add(new RunMessage(command, note));
                }
            }

            return waiting.Count > before && Attend();
        }
    }

    /// <summary>Takes everything that waits in exchange for an empty list; without anything, nobody attends any more.</summary>
    public bool Take(ref List<RunMessage> taken)
    {
        lock (gate)
        {
            taken.Clear();
            (waiting, taken) = (taken, waiting);
            isAttended = taken.Count > 0 && end is null;
            return isAttended;
        }
    }

    /// <summary>Refuses everything from now on.</summary>
    /// <returns>What waited still, for the caller to refuse; null when it was closed before.</returns>
    public List<RunMessage>? Close(HostEnd how)
    {
        lock (gate)
        {
            if (end is not null)
            {
                return null;
            }

            end = how;
            var left = waiting;
            waiting = [];
            return left;
        }
    }

    private bool Attend()
    {
        var isFirst = !isAttended;
        isAttended = true;
        return isFirst;
    }
}
