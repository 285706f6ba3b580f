using System.Text.Json.Serialization;

namespace Orleans.Agents.Client.Contracts;

/// <summary>The JSON form of the HTTP API. It shares nothing with stored forms.</summary>
// An output may be as deep as the default depth by itself, and what is around it comes on top.
[JsonSourceGenerationOptions(
    MaxDepth = 256,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StartRun))]
[JsonSerializable(typeof(RunStarted))]
[JsonSerializable(typeof(RunPage))]
[JsonSerializable(typeof(RunTree))]
[JsonSerializable(typeof(RunDetails))]
[JsonSerializable(typeof(RunFact))]
[JsonSerializable(typeof(FactPage))]
[JsonSerializable(typeof(CancelRun))]
[JsonSerializable(typeof(SuspendRun))]
[JsonSerializable(typeof(RunAsked))]
[JsonSerializable(typeof(RunResumed))]
[JsonSerializable(typeof(ForkRun))]
[JsonSerializable(typeof(DecideCall))]
[JsonSerializable(typeof(CallDecided))]
[JsonSerializable(typeof(SignalRun))]
[JsonSerializable(typeof(RunSignalled))]
[JsonSerializable(typeof(DefinitionFiles))]
[JsonSerializable(typeof(Validation))]
[JsonSerializable(typeof(WorkflowNames))]
[JsonSerializable(typeof(DefinitionDetails))]
[JsonSerializable(typeof(TelemetryMode))]
[JsonSerializable(typeof(ChooseTelemetry))]
[JsonSerializable(typeof(Problem))]
public sealed partial class HttpJson : JsonSerializerContext;
