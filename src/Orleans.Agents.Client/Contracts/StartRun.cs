using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Agents.Client.Contracts;

/// <summary>What to start.</summary>
/// <param name="Workflow">The workflow's name.</param>
/// <param name="Input">What to work on; none is <c>{}</c>.</param>
/// <param name="Key">An idempotency key: the same key is the same run, for ever. The header says the same.</param>
/// <param name="Run">The new run's name; null lets the server choose one.</param>
/// <param name="Definition">The hash of the definition to start from; null is the workflow's present one.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record StartRun(
    string Workflow,
    JsonElement? Input = null,
    string? Key = null,
    string? Run = null,
    string? Definition = null);

/// <summary>A run that exists.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="IsNew">Whether this request started it; false when its key or name had before.</param>
public sealed record RunStarted(string Run, bool IsNew);
