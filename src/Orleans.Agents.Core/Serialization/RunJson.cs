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
[JsonSerializable(typeof(ImmutableArray<RunEvent>))]
[JsonSerializable(typeof(RunState))]
[JsonSerializable(typeof(OpenActivity))]
[JsonSerializable(typeof(Failure))]
public sealed partial class RunJson : JsonSerializerContext;
