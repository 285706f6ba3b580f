using System.Text.Json.Serialization;
using Orleans.Agents.Forks;
using Orleans.Agents.Runs;
using Orleans.Agents.Telemetry;
using Orleans.Agents.Values;

namespace Orleans.Agents.Silo.Wire;

/// <summary>What may be asked of a run's grain.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Start), "start")]
[JsonDerivedType(typeof(Fork), "fork")]
[JsonDerivedType(typeof(Cancel), "cancel")]
[JsonDerivedType(typeof(Suspend), "suspend")]
[JsonDerivedType(typeof(Signal), "signal")]
[JsonDerivedType(typeof(Resume), "resume")]
[JsonDerivedType(typeof(Wake), "wake")]
[JsonDerivedType(typeof(Settle), "settle")]
internal abstract record RunCall
{
    private RunCall()
    {
    }

    /// <summary>Start the run.</summary>
    public sealed record Start(
        string Workflow,
        Payload Input,
        string? Key = null,
        string? Folder = null,
        Guid? CorrelationId = null,
        string? Hash = null,
        string? Traceparent = null) : RunCall
    {
        public static Start From(StartRequest request) => new(
            request.Workflow,
            request.Input,
            request.Key,
            request.Folder,
            request.CorrelationId,
            request.Hash,
            TraceContext.OfStarter(request.Traceparent));

        public StartRequest ToRequest(RunId run) => new(Workflow, Input, Key, run, Folder, CorrelationId, Hash, Traceparent);
    }

    /// <summary>Begin the run where another one stood.</summary>
    public sealed record Fork(
        RunId Run,
        long At,
        Payload? Context = null,
        Guid? CorrelationId = null,
        string? Traceparent = null,
        string? Key = null) : RunCall
    {
        public static Fork From(ForkRequest request) => new(
            request.Run,
            request.At,
            request.Context,
            request.CorrelationId,
            TraceContext.OfStarter(request.Traceparent),
            request.Key);

        public ForkRequest ToRequest(RunId run) => new(Run, At, run, Context, CorrelationId, Traceparent, Key);
    }

    /// <summary>Leave the run a note that it is to stop.</summary>
    public sealed record Cancel(string? Reason = null, string? RequestId = null) : RunCall;

    /// <summary>Leave the run a note that it is to begin nothing until it is resumed.</summary>
    public sealed record Suspend(string? Reason = null, string? RequestId = null) : RunCall;

    /// <summary>Tell the run what one of its states waits for.</summary>
    public sealed record Signal(string Name, Payload Payload, string? Id = null) : RunCall;

    /// <summary>Let the run go on if it is suspended, carry it on, and say whether it is carried there now.</summary>
    public sealed record Resume : RunCall;

    /// <summary>Carry the run on, if nobody does. Silos of the version before this one ask it.</summary>
    public sealed record Wake : RunCall;

    /// <summary>Nothing: the run is carried there already, and is to have an address.</summary>
    public sealed record Settle : RunCall;
}
