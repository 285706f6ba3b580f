using System.Collections.Immutable;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Replays;

/// <summary>What came of deciding a run again.</summary>
/// <param name="Run">The run.</param>
/// <param name="Workflow">The workflow's name.</param>
/// <param name="Hash">The hash of the definition it was decided by.</param>
/// <param name="Appends">How many appends were read.</param>
/// <param name="Version">How many facts were decided the same.</param>
/// <param name="State">The state they lead to.</param>
/// <param name="Difference">The first fact that is decided differently; null when none is.</param>
/// <param name="Unverified">What could not be decided again, and why not.</param>
public sealed record ReplayResult(
    RunId Run,
    string Workflow,
    string Hash,
    long Appends,
    long Version,
    RunState State,
    Difference? Difference,
    ImmutableArray<Unverified> Unverified);
