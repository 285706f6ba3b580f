using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Orleans.Agents.Gateway.Access;
using Orleans.Agents.Gateway.Requests;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Gateway.Endpoints;

/// <summary>The runs that a caller may know of, and the names that the runs it starts get.</summary>
internal sealed class RunScope(IAgents agents, Guard guard, IOptions<GatewayOptions> options, TimeProvider time)
{
    private const int LongestKey = 200;

    /// <summary>The most bytes a request may carry.</summary>
    public long MostBytes => options.Value.MaxBodyBytes;

    /// <summary>The tenant whose runs the caller sees; null where it sees all.</summary>
    public static string? TenantOf(HttpContext context) => context.Features.Get<Caller>()?.Tenant;

    /// <summary>The run a path names, if the caller may know of it.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public async Task<RunRecord> FindAsync(HttpContext context, string run) =>
        await agents.LookUpAsync(NameOf(context, run), context.RequestAborted)
        ?? throw new RefusedException(Refusal.NoSuchRun(run));

    /// <summary>A run's name as a path has it.</summary>
    /// <exception cref="RefusedException">It is none, or one of another tenant's.</exception>
    public RunId NameOf(HttpContext context, string run)
    {
        var id = new RunId(run);
        return RunId.IsValid(run) && (!guard.HasTenants || id.Tenant == TenantOf(context))
            ? id
            : throw new RefusedException(Refusal.NoSuchRun(run));
    }

    /// <summary>The name and the key a new run gets.</summary>
    /// <exception cref="RefusedException">The caller asks for one that it cannot have.</exception>
    public (RunId? Run, string? Key) NamesOf(HttpContext context, string? named, string? keyInBody)
    {
        var key = KeyOf(context, keyInBody, "$.key");
        var run = RunOf(context, named);
        return TenantOf(context) is { } tenant ? (run, key is null ? null : $"{tenant}:{key}") : (run, key);
    }

    /// <summary>The name a new run gets that is to be called like this; null leaves it to the engine.</summary>
    /// <exception cref="RefusedException">Only the name of a tenant ends with a colon.</exception>
    private RunId? RunOf(HttpContext context, string? name) =>
        name?.Contains(':', StringComparison.Ordinal) is true
            ? throw new RefusedException(Refusal.Of("run.name_invalid", $"A run is named by a-z 0-9 - _ . only; '{name}' is not.")
                with
            { Place = "$.run" })
        : TenantOf(context) is { } tenant
            ? RunId.Of(tenant, name ?? $"run-{Guid.CreateVersion7(time.GetUtcNow()):n}")
        : name is null ? null : new RunId(name);

    /// <summary>The idempotency key of a request: of its header, or of its body, which must not contradict each other.</summary>
    /// <exception cref="RefusedException">They do, or it is no key.</exception>
    public static string? KeyOf(HttpContext context, string? inBody, string place, int longest = LongestKey)
    {
        var header = context.Request.Headers[Headers.IdempotencyKey] is [{ } value] ? value : null;
        if (header is not null && inBody is not null && header != inBody)
        {
            throw new RefusedException(Refusal.Of(
                "request.invalid", $"The header {Headers.IdempotencyKey} says '{header}' and {place} says '{inBody}'.") with
            {
                Place = place,
            });
        }

        var key = header ?? inBody;
        if (key?.Contains('\0', StringComparison.Ordinal) is true)
        {
            // Not every store can keep one.
            throw new RefusedException(Refusal.Of("request.invalid", "The key has a zero character in it.") with { Place = place });
        }

        return key is null || (key.Length > 0 && key.Length <= longest)
            ? key
            : throw new RefusedException(Refusal.Of("request.invalid", $"A key has 1 to {longest} characters; this one has {key.Length}.")
                with
            { Place = header is null ? place : Headers.IdempotencyKey });
    }
}

/// <summary>The headers of requests that mean something here.</summary>
internal static class Headers
{
    public const string IdempotencyKey = "Idempotency-Key";

    public const string LastEventId = "Last-Event-ID";
}
