using System.Text.Json.Serialization;

namespace Orleans.Agents.Cli.Documents;

/// <summary>The form of what <c>agents bench</c> prints: every figure has its place, null where nothing tells it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StepsDocument))]
[JsonSerializable(typeof(RestartDocument))]
[JsonSerializable(typeof(ParkedDocument))]
[JsonSerializable(typeof(CheckedDocument))]
internal sealed partial class BenchJson : JsonSerializerContext;
