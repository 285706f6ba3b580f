using System.Globalization;

namespace Orleans.Agents.Client;

/// <summary>Which runs to list.</summary>
/// <param name="Status"><c>running</c>, <c>succeeded</c> or <c>failed</c>.</param>
/// <param name="Workflow">Only runs of the workflow with this name.</param>
/// <param name="Parent">Only runs that this one started.</param>
/// <param name="StartedFrom">Only runs that were started at this moment or later.</param>
/// <param name="StartedBefore">Only runs that were started before this moment.</param>
/// <param name="Limit">At most this many; null leaves it to the gateway.</param>
/// <param name="Cursor">Where the page begins, as the page before said.</param>
public sealed record RunListQuery(
    string? Status = null,
    string? Workflow = null,
    string? Parent = null,
    DateTimeOffset? StartedFrom = null,
    DateTimeOffset? StartedBefore = null,
    int? Limit = null,
    string? Cursor = null)
{
    internal string ToQuery()
    {
        var said = new (string Name, string? Value)[]
        {
            ("status", Status),
            ("workflow", Workflow),
            ("parent", Parent),
            ("started_from", StartedFrom?.ToString("O", CultureInfo.InvariantCulture)),
            ("started_before", StartedBefore?.ToString("O", CultureInfo.InvariantCulture)),
            ("limit", Limit?.ToString(CultureInfo.InvariantCulture)),
            ("cursor", Cursor),
        };
        var query = string.Join('&', said.Where(s => s.Value is not null).Select(s => $"{s.Name}={Uri.EscapeDataString(s.Value!)}"));
        return query.Length == 0 ? "" : $"?{query}";
    }
}
