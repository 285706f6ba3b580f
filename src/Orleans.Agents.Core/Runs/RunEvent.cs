using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Agents.Failures;
using Orleans.Agents.Values;

namespace Orleans.Agents.Runs;

/// <summary>A fact about a run: past tense, immutable, stored for ever under these names.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Started), "run.started")]
[JsonDerivedType(typeof(TakenOver), "run.taken_over")]
[JsonDerivedType(typeof(StateEntered), "state.entered")]
[JsonDerivedType(typeof(StateLeft), "state.left")]
[JsonDerivedType(typeof(ActivitySucceeded), "activity.succeeded")]
[JsonDerivedType(typeof(ActivityFailed), "activity.failed")]
[JsonDerivedType(typeof(RetryScheduled), "activity.retry_scheduled")]
[JsonDerivedType(typeof(Succeeded), "run.succeeded")]
[JsonDerivedType(typeof(Failed), "run.failed")]
public abstract record RunEvent
{
    private RunEvent()
    {
    }

    /// <summary>The run was accepted, with everything that is fixed for its whole life.</summary>
    public sealed record Started(
        RunOrigin Origin,
        Payload Input,
        [property: JsonConverter(typeof(Serialization.PayloadMapConverter))]
        ImmutableSortedDictionary<string, Payload> Context,
        RunBounds Bounds) : RunEvent;

    /// <summary>Another process carries the run; the attempts that were under way are made anew.</summary>
    /// <param name="Epoch">Greater than every epoch the run was carried under before.</param>
    public sealed record TakenOver(long Epoch) : RunEvent;

    /// <summary>The run is in another state.</summary>
    /// <param name="State">Its name.</param>
    /// <param name="Visit">Which visit of the run this is, counted from 1.</param>
    /// <param name="Cycle">Which visit of this state this is, counted from 1.</param>
    /// <param name="MaxVisits">How many visits of this state there may be.</param>
    /// <param name="Activity">Whether the state asks for an activity, so a first attempt is under way.</param>
    /// <param name="WakeAt">When the state's wait is over.</param>
    public sealed record StateEntered(
        string State,
        int Visit,
        int Cycle,
        int? MaxVisits = null,
        bool Activity = false,
        DateTimeOffset? WakeAt = null) : RunEvent;

    /// <summary>The run is done with a state.</summary>
    /// <param name="State">Its name.</param>
    /// <param name="Visit">The visit that is over.</param>
    /// <param name="Saved">What the context has from now on; null when nothing was saved.</param>
    /// <param name="Failure">Why the state did not end well, when it did not; from now on the run's <c>error</c>.</param>
    public sealed record StateLeft(
        string State,
        int Visit,
        [property: JsonConverter(typeof(Serialization.PayloadMapConverter))]
        ImmutableSortedDictionary<string, Payload>? Saved = null,
        Failure? Failure = null) : RunEvent;

    /// <summary>An attempt produced an output.</summary>
    public sealed record ActivitySucceeded(int Visit, int Branch, int Attempt, Payload Output, Usage? Usage = null)
        : RunEvent;

    /// <summary>An attempt did not produce an output.</summary>
    public sealed record ActivityFailed(int Visit, int Branch, int Attempt, Failure Failure) : RunEvent;

    /// <summary>Another attempt is to be made, no earlier than this.</summary>
    public sealed record RetryScheduled(int Visit, int Branch, int Attempt, DateTimeOffset NotBefore) : RunEvent;

    /// <summary>The run ended with this output.</summary>
    public sealed record Succeeded(Payload Output) : RunEvent;

    /// <summary>The run ended without an output.</summary>
    public sealed record Failed(Failure Failure) : RunEvent;
}

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
    long? Epoch = null);

/// <summary>What a run may use; copied from the definition when it starts.</summary>
/// <param name="Activities">How many attempts at activities.</param>
/// <param name="ActiveTime">How long attempts may be under way, added up.</param>
/// <param name="Deadline">When the run fails if it is not over.</param>
public sealed record RunBounds(long Activities, TimeSpan ActiveTime, DateTimeOffset? Deadline = null);

/// <summary>What an attempt at an agent call used.</summary>
/// <param name="Model">The model that answered.</param>
/// <param name="InputTokens">Tokens read.</param>
/// <param name="OutputTokens">Tokens written.</param>
public sealed record Usage(string? Model = null, long? InputTokens = null, long? OutputTokens = null);
