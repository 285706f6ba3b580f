namespace Orleans.Agents.Repository.Tests.Deploy;

/// <summary>Variables beside those of the program.</summary>
internal static class Settings
{
    /// <summary>Npgsql asks for it when an address has no password: see <c>docs/guides/postgres.md</c>.</summary>
    public static string[] OfTheDriver { get; } = ["PGPASSWORD"];

    public static bool IsSecret(string variable) =>
        variable.Contains("PASSWORD", StringComparison.Ordinal)
        || variable.Contains("TOKEN", StringComparison.Ordinal)
        || variable.EndsWith("TENANTS", StringComparison.Ordinal);
}
