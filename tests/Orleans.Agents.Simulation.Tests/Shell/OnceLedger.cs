using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Simulation.Tests.Shell;

/// <summary>
/// The part of the world that calls with effect <c>once</c> change. It keeps the contract of such a tool: a call under a
/// smaller epoch than it has seen for the activity is refused, and so is one of which it said that it did not happen.
/// </summary>
internal sealed class OnceLedger(bool remembersCalls)
{
    private readonly Dictionary<ActivityId, Entry> entries = [];

    /// <summary>Whether a call may still change something.</summary>
    public bool Admits(ToolCall call)
    {
        var entry = Of(call.Activity);
        if (call.Epoch.Value < entry.Epoch || call.Attempt <= entry.Closed)
        {
            return false;
        }

        entry.Epoch = call.Epoch.Value;
        return true;
    }

    /// <summary>The call has its effect.</summary>
    public void Happens(ToolCall call, Payload output)
    {
        var entry = Of(call.Activity);
        Invariant.Check(
            entry.Output is null,
            Invariant.OnceMeansOnce,
            $"attempt {call.Attempt} at {call.Activity} under {call.Epoch} did again what had been done");
        entry.Output = output;
    }

    /// <summary>What became of a call; if nothing did, nothing will.</summary>
    public Reconciliation Find(ToolCall call)
    {
        var entry = Of(call.Activity);
        entry.Epoch = Math.Max(entry.Epoch, call.Epoch.Value);
        return Find(call.Activity, call.Attempt);
    }

    /// <summary>What somebody finds out who looks into the books; if nothing happened, nothing will.</summary>
    public Reconciliation Find(ActivityId activity, int attempt)
    {
        var entry = Of(activity);
        entry.Closed = Math.Max(entry.Closed, attempt);
        return entry.Output is { } output && remembersCalls ? new Reconciliation.Happened(output) : new Reconciliation.DidNotHappen();
    }

    private Entry Of(ActivityId activity)
    {
        if (!entries.TryGetValue(activity, out var entry))
        {
            entries[activity] = entry = new Entry();
        }

        return entry;
    }

    private sealed class Entry
    {
        public long Epoch { get; set; }

        public int Closed { get; set; }

        public Payload? Output { get; set; }
    }
}
