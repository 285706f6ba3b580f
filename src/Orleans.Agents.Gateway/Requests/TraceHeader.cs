using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Orleans.Agents.Gateway.Requests;

/// <summary>The span that a request comes from, in W3C's form: what it starts goes on in the same trace.</summary>
internal static class TraceHeader
{
    public const string Name = "traceparent";

    /// <summary>
    /// What a request says; null where the server has a span of its own for it, that is below the caller's: the engine finds
    /// that by itself.
    /// </summary>
    public static string? Of(HttpContext context) =>
        Activity.Current is not { Source.Name.Length: > 0 } && context.Request.Headers[Name] is [{ } given] ? given : null;
}
