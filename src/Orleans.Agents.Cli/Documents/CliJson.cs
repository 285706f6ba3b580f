using System.Text.Json.Serialization;

namespace Orleans.Agents.Cli.Documents;

/// <summary>The form of what the command line prints. It shares nothing with stored forms.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FailedDocument))]
[JsonSerializable(typeof(DiagnosticsDocument))]
[JsonSerializable(typeof(ValidationDocument))]
[JsonSerializable(typeof(RunDocument))]
[JsonSerializable(typeof(BackupDocument))]
[JsonSerializable(typeof(DetachedDocument))]
[JsonSerializable(typeof(IReadOnlyList<RunLine>))]
[JsonSerializable(typeof(IReadOnlyList<ResumedDocument>))]
[JsonSerializable(typeof(ResumedDocument))]
[JsonSerializable(typeof(SuspendedDocument))]
[JsonSerializable(typeof(PrunedDocument))]
[JsonSerializable(typeof(DecidedDocument))]
[JsonSerializable(typeof(SignalledDocument))]
[JsonSerializable(typeof(TreeDocument))]
[JsonSerializable(typeof(ReplayDocument))]
[JsonSerializable(typeof(ForkDocument))]
[JsonSerializable(typeof(ComparisonDocument))]
[JsonSerializable(typeof(PublishedDocument))]
internal sealed partial class CliJson : JsonSerializerContext;
