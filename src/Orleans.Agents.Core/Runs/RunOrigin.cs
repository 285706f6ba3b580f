using Orleans.Agents.Values;

namespace Orleans.Agents.Runs;

/// <summary>Who a run is and what it was started from; fixed for its whole life.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="Workflow">The workflow's name.</param>
/// <param name="Hash">The hash of the pinned definition.</param>
/// <param name="Language">The version of the rules and of the expression language.</param>
/// <param name="CorrelationId">A UUID that stands on every call, span and message of the run.</param>
/// <param name="Version">The workflow's version, for people.</param>
/// <param name="Key">The caller's idempotency key.</param>
/// <param name="Folder">What relative paths in tool inputs are relative to.</param>
/// <param name="Env">The environment variables the definition may read, as they were; an object.</param>
/// <param name="Epoch">The epoch of the process that started it.</param>
/// <param name="Parent">The run that started it, when one did.</param>
/// <param name="Fork">Where it was forked from, when it was.</param>
/// <param name="Traceparent">The span that everything the run does hangs below, in W3C's form; nothing is decided by it.</param>
public sealed record RunOrigin(
    string Run,
    string Workflow,
    string Hash,
    int Language,
    Guid CorrelationId,
    string? Version = null,
    string? Key = null,
    string? Folder = null,
    Payload? Env = null,
    long? Epoch = null,
    RunParent? Parent = null,
    RunFork? Fork = null,
    string? Traceparent = null);

/// <summary>Where a run was forked from.</summary>
/// <param name="Run">The other run.</param>
/// <param name="Version">How many facts of that one it shares.</param>
/// <param name="IsEdited">Whether its context was changed when it was forked.</param>
public sealed record RunFork(string Run, long Version, bool? IsEdited = null);

/// <summary>Which run started another, and for what.</summary>
/// <param name="Run">The run that did.</param>
/// <param name="Visit">Which visit of it asked for it.</param>
/// <param name="Branch">Which branch of the visit.</param>
/// <param name="Attempt">Which attempt.</param>
/// <param name="Root">The run that all of the tree comes from.</param>
/// <param name="Depth">How deep in the tree the started run is; its root is at 0.</param>
/// <param name="IsLaunched">Whether it was launched: nobody waits for it, nor stops it.</param>
public sealed record RunParent(
    string Run, int Visit, int Branch, int Attempt, string Root, int Depth, bool? IsLaunched = null);
