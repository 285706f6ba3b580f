using Microsoft.AspNetCore.Http;

namespace Orleans.Agents.Gateway.Requests;

/// <summary>The UUID that names a request: the caller's, or one made here. It is echoed, logged, and given to the run it starts.</summary>
internal static class Correlation
{
    public const string Header = "x-correlation-id";

    /// <summary>Names a request, and tells its caller how.</summary>
    public static Guid Begin(HttpContext context, TimeProvider time)
    {
        var id = context.Request.Headers[Header] is [{ } given] && Guid.TryParse(given, out var parsed)
            ? parsed
            : Guid.CreateVersion7(time.GetUtcNow());
        context.Features.Set(new Name(id));
        context.Response.Headers[Header] = id.ToString();
        return id;
    }

    /// <summary>The name of a request that has begun.</summary>
    public static Guid Of(HttpContext context) => context.Features.Get<Name>()?.Id ?? Guid.Empty;

    private sealed record Name(Guid Id);
}
