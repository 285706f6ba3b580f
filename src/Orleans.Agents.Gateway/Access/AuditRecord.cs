using System.Text.Json.Serialization;

namespace Orleans.Agents.Gateway.Access;

/// <summary>A change that was made through the gateway, or an attempt at one that was refused.</summary>
/// <param name="At">When.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">What was asked for, without the query.</param>
/// <param name="Status">The HTTP status of the answer.</param>
/// <param name="CorrelationId">Names the request in logs.</param>
/// <param name="Code">Why it was refused, when it was.</param>
/// <param name="Tenant">The tenant, where there are any.</param>
/// <param name="Admin">Whether the request had the admin token.</param>
/// <param name="Remote">The address it came from.</param>
internal sealed record AuditRecord(
    DateTimeOffset At,
    string Method,
    string Path,
    int Status,
    Guid CorrelationId,
    string? Code = null,
    string? Tenant = null,
    bool Admin = false,
    string? Remote = null);

/// <summary>The form of the record. Fields are only ever added.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuditRecord))]
internal sealed partial class AuditJson : JsonSerializerContext;
