using System.Diagnostics.Metrics;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Storage.Tests;

/// <summary>
/// An append that is being written by the thread that sent it and gets no further until it is let go: whatever is sent
/// meanwhile waits.
/// </summary>
internal sealed class HeldUp : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ManualResetEventSlim mayGoOn = new();
    private readonly TaskCompletionSource isHeld = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int sender;

    private HeldUp(Func<int, Task<Appended>> send)
    {
        listener.InstrumentPublished = (instrument, one) =>
        {
            if (instrument.Name == "agents.store.batch.size")
            {
                one.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => HoldUp());
        listener.Start();
        Answer = Task.Factory.StartNew(
            () => Send(send), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>What became of the append.</summary>
    public Task<Appended> Answer { get; }

    /// <summary>Sends appends that may keep their thread, one after another, until the store lets one.</summary>
    public static async Task<HeldUp> SendAsync(Func<int, Task<Appended>> send)
    {
        var held = new HeldUp(send);
        await Task.WhenAny(held.isHeld.Task, held.Answer);
        return held;
    }

    /// <summary>Lets the append go on.</summary>
    public void LetGo() => mayGoOn.Set();

    public void Dispose()
    {
        LetGo();
        Answer.ContinueWith(_ => { }, TaskScheduler.Default).Wait();
        listener.Dispose();
        mayGoOn.Dispose();
    }

    // Every store of the process is heard, and only what this thread writes itself is held up.
    private void HoldUp()
    {
        if (Environment.CurrentManagedThreadId == sender)
        {
            isHeld.TrySetResult();
            mayGoOn.Wait();
        }
    }

    private Appended Send(Func<int, Task<Appended>> send)
    {
        sender = Environment.CurrentManagedThreadId;
        for (var n = 0; ; n++)
        {
            var answer = send(n).GetAwaiter().GetResult();
            if (isHeld.Task.IsCompleted)
            {
                return answer;
            }
        }
    }
}
