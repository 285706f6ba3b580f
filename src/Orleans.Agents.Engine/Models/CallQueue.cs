using Orleans.Agents.Workflows;

namespace Orleans.Agents.Models;

/// <summary>
/// The calls of one agent that wait for their turn, in the order in which they came: nobody passes who came later, whatever
/// its rate. A call that waits holds nothing that another could use.
/// </summary>
/// <param name="gate">What its owner does everything under.</param>
/// <param name="mayBegin">Whether a call may begin now; if so, its owner has counted it. Asked under the gate.</param>
/// <param name="moved">Told under the gate that somebody came or went.</param>
internal sealed class CallQueue(Lock gate, Func<CallRate?, bool> mayBegin, Action moved)
{
    private readonly LinkedList<Place> waiting = new();

    /// <summary>How many wait. To be asked under the gate.</summary>
    public int Count => waiting.Count;

    /// <summary>The rate of whoever is next. To be asked under the gate.</summary>
    public CallRate? NextRate => waiting.First?.Value.Rate;

    /// <summary>Waits for the turn of a call.</summary>
    /// <exception cref="OperationCanceledException">It is not wanted any more.</exception>
    public ValueTask EnterAsync(CallRate? rate, CancellationToken cancellation)
    {
        LinkedListNode<Place> place;
        lock (gate)
        {
            if (waiting.Count == 0 && mayBegin(rate))
            {
                moved();
                return ValueTask.CompletedTask;
            }

            place = waiting.AddLast(new Place(rate, new(TaskCreationOptions.RunContinuationsAsynchronously)));
            moved();
        }

        // The token is the attempt's and ends with it; once the call has had its turn this does nothing.
        cancellation.UnsafeRegister((_, token) => GiveUp(place, token), null);
        return new ValueTask(place.Value.Turn.Task);
    }

    /// <summary>Lets in who may begin now. To be called under the gate.</summary>
    public void LetIn()
    {
        while (waiting.First is { } first && mayBegin(first.Value.Rate))
        {
            waiting.RemoveFirst();
            first.Value.Turn.SetResult();
        }

        moved();
    }

    private void GiveUp(LinkedListNode<Place> place, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (place.List is not null)
            {
                waiting.Remove(place);
                place.Value.Turn.SetCanceled(cancellation);
                LetIn(); // who was behind it may have another rate
            }
        }
    }

    private sealed record Place(CallRate? Rate, TaskCompletionSource Turn);
}
