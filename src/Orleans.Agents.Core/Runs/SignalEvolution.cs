using System.Collections.Immutable;

namespace Orleans.Agents.Runs;

/// <summary>What facts about signals make of a run's state.</summary>
internal static class SignalEvolution
{
    public static RunState Receive(RunState state, RunEvent.SignalReceived received, DateTimeOffset at) => state with
    {
        Signals = (state.Signals ?? ImmutableList<EarlySignal>.Empty)
            .Add(new EarlySignal(received.Signal, received.Id, at, received.Payload)),
    };

    public static RunState Take(RunState state, RunEvent.SignalTaken taken)
    {
        var left = state.Signals?.RemoveAll(signal => signal.Id == taken.Id);
        return state with { Signals = left is { Count: > 0 } ? left : null, Awaited = null };
    }
}
