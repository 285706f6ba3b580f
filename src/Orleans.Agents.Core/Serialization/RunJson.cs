using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Serialization;

/// <summary>The stored form of a run's facts and snapshots. A change here is a change of file format.</summary>
// A payload may be as deep as the default depth by itself, and facts and causes nest around it: what was written with
// less depth than that could not be read again.
[JsonSourceGenerationOptions(
    MaxDepth = 256,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(RunEventsConverter)])]
[JsonSerializable(typeof(RunEvent))]
[JsonSerializable(typeof(RunEvent.Started))]
[JsonSerializable(typeof(RunEvent.Forked))]
[JsonSerializable(typeof(RunEvent.TakenOver))]
[JsonSerializable(typeof(RunEvent.StateEntered))]
[JsonSerializable(typeof(RunEvent.StateLeft))]
[JsonSerializable(typeof(RunEvent.BranchesPlanned))]
[JsonSerializable(typeof(RunEvent.BranchesStarted))]
[JsonSerializable(typeof(RunEvent.BranchFailed))]
[JsonSerializable(typeof(RunEvent.ActivitySucceeded))]
[JsonSerializable(typeof(RunEvent.ActivityFailed))]
[JsonSerializable(typeof(RunEvent.RetryScheduled))]
[JsonSerializable(typeof(RunEvent.ActivityIntended))]
[JsonSerializable(typeof(RunEvent.ActivityUnknown))]
[JsonSerializable(typeof(RunEvent.ActivityReconciled))]
[JsonSerializable(typeof(RunEvent.ActivityDecided))]
[JsonSerializable(typeof(RunEvent.LateResult))]
[JsonSerializable(typeof(RunEvent.ChildStarted))]
[JsonSerializable(typeof(RunEvent.ChildAbandoned))]
[JsonSerializable(typeof(RunEvent.RunLaunched))]
[JsonSerializable(typeof(RunEvent.SignalReceived))]
[JsonSerializable(typeof(RunEvent.SignalTaken))]
[JsonSerializable(typeof(RunEvent.SignalRefused))]
[JsonSerializable(typeof(RunEvent.MessageSent))]
[JsonSerializable(typeof(RunEvent.MessageReceived))]
[JsonSerializable(typeof(RunEvent.MessageRefused))]
[JsonSerializable(typeof(RunEvent.MessagesDelivered))]
[JsonSerializable(typeof(RunEvent.Suspended))]
[JsonSerializable(typeof(RunEvent.Resumed))]
[JsonSerializable(typeof(RunEvent.Parked))]
[JsonSerializable(typeof(RunEvent.Closing))]
[JsonSerializable(typeof(RunEvent.Succeeded))]
[JsonSerializable(typeof(RunEvent.Failed))]
[JsonSerializable(typeof(ImmutableArray<RunEvent>))]
[JsonSerializable(typeof(RunState))]
[JsonSerializable(typeof(OpenActivity))]
[JsonSerializable(typeof(Failure))]
public sealed partial class RunJson : JsonSerializerContext;
