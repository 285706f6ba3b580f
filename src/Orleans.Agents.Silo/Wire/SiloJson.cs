using System.Text.Json.Serialization;
using Orleans.Agents.Silo.Agents;

namespace Orleans.Agents.Silo.Wire;

/// <summary>The form of what silos say to each other. Of two versions side by side each reads what the other writes.</summary>
[JsonSourceGenerationOptions(
    MaxDepth = 256,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RunCall))]
[JsonSerializable(typeof(RunReply))]
[JsonSerializable(typeof(AgentReport))]
[JsonSerializable(typeof(AgentGrant))]
[JsonSerializable(typeof(AgentState))]
[JsonSerializable(typeof(LaneOffer))]
[JsonSerializable(typeof(LaneReply))]
[JsonSerializable(typeof(HintItem))]
internal sealed partial class SiloJson : JsonSerializerContext;
