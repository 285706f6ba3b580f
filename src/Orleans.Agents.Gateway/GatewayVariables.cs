using System.Globalization;
using Orleans.Agents.Gateway.Access;

namespace Orleans.Agents.Gateway;

/// <summary>What the programs of this house are told about their gateway, by variables or by a file.</summary>
public static class GatewayVariables
{
    private const string Guard = "REQUIRE_ADMIN_FOR_NON_GET";

    /// <summary>The settings, as they are called in files; as variables they are in capitals, after <c>AGENTS_</c>.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "tenants", "admin_token", "admin_token_hash", "audit_file", "max_followers", "requests_per_second", "max_body_bytes",
    ];

    /// <summary>Takes what is said over into options; the guard is asked for by a variable of its own.</summary>
    /// <param name="options">The options.</param>
    /// <param name="read">Reads a setting by its name; null where nothing is said.</param>
    /// <exception cref="FormatException">Something that is said makes no sense.</exception>
    public static void Apply(GatewayOptions options, Func<string, string?> read)
    {
        options.RequireAdminForNonGet |= Environment.GetEnvironmentVariable(Guard) is { Length: > 0 } guard && IsTrue(guard);
        if (read("tenants") is { Length: > 0 } tenants)
        {
            options.Tenants = Tenant.Parse(tenants.StartsWith('@') ? TextOf(tenants[1..]) : tenants);
        }

        options.AdminTokenHash = read("admin_token_hash") is { Length: > 0 } hash ? hash
            : read("admin_token") is { Length: > 0 } token ? Tenant.HashOf(token)
            : options.AdminTokenHash;
        options.AuditFile = read("audit_file") is { Length: > 0 } file ? file : options.AuditFile;
        options.MaxFollowers = (int)(NumberOf("max_followers", read) ?? options.MaxFollowers);
        options.RequestsPerSecond = (int?)(NumberOf("requests_per_second", read) ?? options.RequestsPerSecond);
        options.MaxBodyBytes = NumberOf("max_body_bytes", read) ?? options.MaxBodyBytes;
    }

    // A guard that somebody meant to set must not be off because of how it was written.
    private static bool IsTrue(string text) => bool.TryParse(text, out var isTrue)
        ? isTrue
        : throw new FormatException($"{Guard} is '{text}'; expected true or false.");

    private static long? NumberOf(string name, Func<string, string?> read) => read(name) is not { Length: > 0 } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new FormatException($"{name} is '{text}'; expected a number.");

    private static string TextOf(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"The file of tenants cannot be read: {problem.Message}", problem);
        }
    }
}
