using Orleans.Agents.Journal;

namespace Orleans.Agents.Simulation.Tests.Shell;

/// <summary>All calls that are on their way to the database, or on their way back.</summary>
internal sealed class StorePost(ShellWorld world, Random chance)
{
    private readonly List<StoreCall> calls = [];

    /// <summary>Whether calls get lost.</summary>
    public bool HasFaults { get; set; } = true;

    public bool IsEmpty => calls.Count == 0;

    public Task<T> Send<T>(SimulatedProcess process, string what, Func<Task<T>> effect, CancellationToken cancellation)
    {
        var call = new StoreCall<T>(process, what, effect, Fate());
        calls.Add(call);
        _ = cancellation.UnsafeRegister(static (sent, token) => ((StoreCall<T>)sent!).Cancel(token), call);
        return call.Answer;
    }

    public Task<Appended> Append(SimulatedProcess process, Append append, Func<Task<Appended>> effect)
    {
        var call = new StoreCall<Appended>(
            process, $"append {append.Run} {append.Expected}-{append.Version} under {append.Epoch}", effect, Fate())
        { Append = append };
        calls.Add(call);
        return call.Answer;
    }

    /// <summary>Whether a process waits to hear what became of an append, or the database has one of it still to come.</summary>
    public bool IsUncertain(SimulatedProcess process, Runs.RunId run) =>
        calls.Exists(c => c.Process == process && c.Append?.Run == run);

    /// <summary>Brings one call further.</summary>
    public void Advance()
    {
        var call = calls[chance.Next(calls.Count)];
        world.Trace.Add($"    the store and {call.Process.Number}: {call.Advance()}");
        if (call.IsDone)
        {
            calls.Remove(call);
        }
    }

    /// <summary>A process is about to be gone: what it has sent may still arrive, or not.</summary>
    public void Forget(SimulatedProcess process)
    {
        foreach (var call in calls.FindAll(c => c.Process == process))
        {
            if (chance.Next(2) == 0)
            {
                // Seen one by one: what was written under an epoch may be followed by the word that the epoch is over.
                call.Arrive();
                world.Watch.Look(); // an append and what gives its epoch up may both arrive, in this order
            }

            calls.Remove(call);
        }
    }

    private CallFate Fate() => !HasFaults ? CallFate.Answered : chance.Next(12) switch
    {
        0 => CallFate.LostOnTheWay,
        1 => CallFate.AnswerLost,
        2 => CallFate.ArrivesAfterItsFailure,
        _ => CallFate.Answered,
    };
}

/// <summary>What becomes of a call to the database.</summary>
internal enum CallFate
{
    /// <summary>It is done and answered.</summary>
    Answered,

    /// <summary>It is not done, and fails.</summary>
    LostOnTheWay,

    /// <summary>It is done, and fails all the same.</summary>
    AnswerLost,

    /// <summary>It fails, and is done later.</summary>
    ArrivesAfterItsFailure,
}

/// <summary>One call on its way.</summary>
internal abstract class StoreCall(SimulatedProcess process)
{
    public SimulatedProcess Process => process;

    /// <summary>The append it carries, if it does.</summary>
    public Append? Append { get; init; }

    public bool IsDone { get; protected set; }

    /// <summary>Goes one step further and says how.</summary>
    public abstract string Advance();

    /// <summary>Is done in the database, if it is not yet.</summary>
    public abstract void Arrive();
}

/// <summary>One call with its answer.</summary>
internal sealed class StoreCall<T>(SimulatedProcess process, string what, Func<Task<T>> effect, CallFate fate)
    : StoreCall(process)
{
    private readonly TaskCompletionSource<T> answer = new();
    private Task<T>? done;
    private bool isAnswered;

    public Task<T> Answer => answer.Task;

    public void Cancel(CancellationToken cancellation) => answer.TrySetCanceled(cancellation);

    public override string Advance()
    {
        if (!isAnswered && (done is not null || fate is CallFate.LostOnTheWay or CallFate.ArrivesAfterItsFailure))
        {
            return $"{what}: {Reply()}";
        }

        Arrive();
        IsDone = isAnswered;
        return $"{what} is {(done!.IsFaulted ? "not " : "")}done";
    }

    // A connection that is closed brings nothing any more.
    public override void Arrive()
    {
        done ??= Process.Memory.IsOpen ? effect() : Task.FromException<T>(Failure());
        Invariant.Check(
            done.Exception?.InnerException is null or StoreException,
            Invariant.NothingBreaks,
            $"{what}: {done.Exception?.InnerException}");
    }

    private string Reply()
    {
        isAnswered = true;
        IsDone = fate != CallFate.ArrivesAfterItsFailure;
        if (fate != CallFate.Answered || done is not { IsCompletedSuccessfully: true } good)
        {
            answer.TrySetException(Failure());
            return "fails";
        }

        answer.TrySetResult(good.Result);
        return "is answered";
    }

    private static StoreException Failure() => new("store.unavailable", "The simulation says so.", isTransient: true);
}
