using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Orleans.Agents.Gateway.Requests;

namespace Orleans.Agents.Gateway.Access;

/// <summary>Says who makes a request, and whether it may be made. What no rule allows is refused.</summary>
internal sealed class Guard : IDisposable
{
    public const string AdminHeader = "x-admin-token";
    public const string KeyHeader = "x-api-key";

    private const string Bearer = "Bearer ";

    private readonly GatewayOptions options;
    private readonly byte[]? adminHash;
    private readonly List<(byte[] Hash, string Tenant)> keys;
    private readonly PartitionedRateLimiter<string>? rate;

    public Guard(IOptions<GatewayOptions> configured)
    {
        options = configured.Value;
        adminHash = options.AdminTokenHash is { } hash ? Convert.FromHexString(hash) : null;
        keys = [.. options.Tenants.SelectMany(t => t.KeyHashes.Select(key => (Convert.FromHexString(key), t.Name)))];
        rate = options.RequestsPerSecond is { } most ? Rate(most) : null;
    }

    /// <summary>Whether every caller is one of several tenants.</summary>
    public bool HasTenants => keys.Count > 0;

    /// <summary>Lets a request pass, or says why not.</summary>
    public Refusal? Check(HttpContext context, Permission? permission, out Caller caller)
    {
        var request = context.Request;
        var isAdmin = IsAdmin(request);
        caller = new Caller(null, isAdmin);
        if (permission is null)
        {
            return Refusal.Of("access.undeclared", "Nobody has said who may do this, so nobody may.");
        }

        if (options.RequireAdminForNonGet && !HttpMethods.IsGet(request.Method) && !isAdmin)
        {
            return Refusal.Of("access.admin_required", $"Whatever is not a GET needs the admin token in the header {AdminHeader}.")
                with
            { Place = AdminHeader };
        }

        if (permission is Permission.Operate && !isAdmin)
        {
            return Refusal.Of(
                adminHash is null ? "access.closed" : "access.admin_required",
                adminHash is null
                    ? "This needs an admin token, and the gateway was not given one."
                    : $"This needs the admin token in the header {AdminHeader}.") with
            { Place = AdminHeader };
        }

        if (permission is not Permission.Open && HasTenants)
        {
            if (TenantOf(request) is not { } tenant)
            {
                return Refusal.Of("access.key_required", $"A tenant's API key is needed, in the header {KeyHeader} or as a bearer token.")
                    with
                { Place = KeyHeader };
            }

            caller = new Caller(tenant, isAdmin);
        }

        return permission is not Permission.Open && rate is not null && !IsWithinRate(caller.Tenant ?? "")
            ? Refusal.Of("access.too_many_requests", $"At most {options.RequestsPerSecond} requests a second are answered.")
            : null;
    }

    /// <inheritdoc/>
    public void Dispose() => rate?.Dispose();

    private bool IsWithinRate(string tenant)
    {
        using var lease = rate!.AttemptAcquire(tenant);
        return lease.IsAcquired;
    }

    // Hashes are compared, each in the same time whatever is in it, so that nobody learns a token by its echo.
    private bool IsAdmin(HttpRequest request) =>
        adminHash is not null
        && request.Headers[AdminHeader] is [{ Length: > 0 } token]
        && CryptographicOperations.FixedTimeEquals(HashOf(token), adminHash);

    private string? TenantOf(HttpRequest request)
    {
        if (SecretOf(request) is not { } secret)
        {
            return null;
        }

        var hash = HashOf(secret);
        string? found = null;
        foreach (var (known, tenant) in keys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, known))
            {
                found = tenant;
            }
        }

        return found;
    }

    private static string? SecretOf(HttpRequest request) =>
        request.Headers[KeyHeader] is [{ Length: > 0 } key] ? key
        : request.Headers.Authorization is [{ } value] && value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? value[Bearer.Length..].Trim()
            : null;

    private static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static PartitionedRateLimiter<string> Rate(int most) => PartitionedRateLimiter.Create<string, string>(
        tenant => RateLimitPartition.GetTokenBucketLimiter(tenant, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = most,
            TokensPerPeriod = most,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        }),
        StringComparer.Ordinal);
}
