using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Npgsql;

namespace Orleans.Agents.Cli;

/// <summary>
/// The address of a PostgreSQL database as people write it: a URL, as everywhere else, or the keywords of .NET's driver.
/// It may hold a password, so no message repeats what was written.
/// </summary>
internal static class PostgresAddress
{
    private const string Expected =
        "expected a file, postgres://user:password@host:5432/database, or 'Host=…;Database=…' in Npgsql's keywords";

    private const string Stars = "***";

    private static readonly string[] Schemes = ["postgres://", "postgresql://"];

    /// <summary>Reads an address; false when the text is something else: the path of a file.</summary>
    /// <exception cref="CommandException">It is an address and a wrong one.</exception>
    public static bool TryRead(string text, [NotNullWhen(true)] out NpgsqlConnectionStringBuilder? address)
    {
        address = null;
        try
        {
            if (Schemes.FirstOrDefault(s => text.StartsWith(s, StringComparison.OrdinalIgnoreCase)) is { } scheme)
            {
                address = OfUrl(text[scheme.Length..]);
            }
            else if (IsKeywords(text))
            {
                address = new NpgsqlConnectionStringBuilder(text);
            }
        }
        catch (ArgumentException)
        {
            throw Wrong("has a keyword or a value that Npgsql does not know");
        }

        if (address is null)
        {
            return text.Contains("://", StringComparison.Ordinal) ? throw Wrong("is a URL of something else") : false;
        }

        return string.IsNullOrEmpty(address.Host) ? throw Wrong("names no host") : true;
    }

    /// <summary>What to call the database to people.</summary>
    public static string NameOf(NpgsqlConnectionStringBuilder address) =>
        $"PostgreSQL database {address.Database ?? address.Username} at {HostOf(address)}";

    /// <summary>The whole address in keywords, with stars where a secret was.</summary>
    public static string WithoutSecrets(NpgsqlConnectionStringBuilder address)
    {
        var shown = new NpgsqlConnectionStringBuilder(address.ConnectionString);
        shown.Password = shown.Password is null ? null : Stars;
        shown.SslPassword = shown.SslPassword is null ? null : Stars;
        return shown.ConnectionString;
    }

    // A list of hosts has the ports in it.
    private static string HostOf(NpgsqlConnectionStringBuilder address) =>
        address.Host!.Contains(',', StringComparison.Ordinal)
            ? address.Host
            : string.Create(CultureInfo.InvariantCulture, $"{address.Host}:{address.Port}");

    private static bool IsKeywords(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            && text[0] is not ('.' or '/')
            && (text.Contains(';', StringComparison.Ordinal)
                || new NpgsqlConnectionStringBuilder().ContainsKey(text[..equals].Trim()));
    }

    private static NpgsqlConnectionStringBuilder OfUrl(string text)
    {
        var (path, query) = Split(text, '?');
        var (authority, database) = Split(path, '/');
        var at = authority.LastIndexOf('@');
        var address = new NpgsqlConnectionStringBuilder();
        if (at >= 0)
        {
            var (user, password) = Split(authority[..at], ':');
            address.Username = OrNull(user);
            address.Password = OrNull(password);
        }

        SetHost(address, authority[(at + 1)..]);
        address.Database = OrNull(database);
        foreach (var parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Split(parameter, '=');
            Set(address, name, Uri.UnescapeDataString(value));
        }

        return address;
    }

    private static void SetHost(NpgsqlConnectionStringBuilder address, string host)
    {
        var port = host.LastIndexOf(':');
        if (host.Contains(',', StringComparison.Ordinal) || port <= host.LastIndexOf(']'))
        {
            address.Host = OrNull(host.Trim('[', ']'));
            return;
        }

        address.Host = OrNull(host[..port].Trim('[', ']'));
        address["Port"] = host[(port + 1)..];
    }

    // The parameters that other drivers have under other names; the rest are Npgsql's, with or without underscores.
    private static void Set(NpgsqlConnectionStringBuilder address, string name, string value)
    {
        var keyword = name.ToLowerInvariant() switch
        {
            "dbname" => "Database",
            "user" => "Username",
            "sslmode" => "SSL Mode",
            "sslcert" => "SSL Certificate",
            "sslkey" => "SSL Key",
            "sslrootcert" => "Root Certificate",
            "connect_timeout" => "Timeout",
            var other => other.Replace('_', ' '),
        };
        address[keyword] = keyword == "SSL Mode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
    }

    private static (string Before, string After) Split(string text, char at)
    {
        var i = text.IndexOf(at, StringComparison.Ordinal);
        return i < 0 ? (text, "") : (text[..i], text[(i + 1)..]);
    }

    private static string? OrNull(string text) => text.Length == 0 ? null : Uri.UnescapeDataString(text);

    private static CommandException Wrong(string why) => CommandException.Usage($"The address of the store {why}; {Expected}.");
}
