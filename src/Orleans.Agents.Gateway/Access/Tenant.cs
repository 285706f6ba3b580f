using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Orleans.Agents.Gateway.Access;

/// <summary>Somebody whose runs nobody else sees.</summary>
/// <param name="Name">1 to 32 of <c>a-z 0-9 -</c>; the names of its runs begin with it.</param>
/// <param name="KeyHashes">
/// The SHA-256 of each of its API keys, in hexadecimal: several, so that one can be replaced while both are in use.
/// </param>
public sealed partial record Tenant(string Name, ImmutableArray<string> KeyHashes)
{
    /// <summary>The hash that a key or token is kept as.</summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>
    /// Reads tenants from text: <c>name=hash</c>, one on a line or with <c>;</c> between; a name may come several times, and
    /// what follows a <c>#</c> is for people.
    /// </summary>
    /// <exception cref="FormatException">A line is not of this form.</exception>
    public static ImmutableArray<Tenant> Parse(string text) =>
    [
        .. text.Split(['\n', ';'], StringSplitOptions.TrimEntries)
            .Select(line => line.Split('#')[0].TrimEnd())
            .Where(line => line.Length > 0)
            .Select(line => line.Split('=', 2, StringSplitOptions.TrimEntries) is [var name, var hash]
                ? (name, hash)
                : throw new FormatException("A tenant is written as name=hash, the hash being the SHA-256 of its API key."))
            .GroupBy(entry => entry.name, entry => entry.hash, StringComparer.Ordinal)
            .Select(entries => new Tenant(entries.Key, [.. entries])),
    ];

    /// <summary>What is wrong with some tenants, in sentences.</summary>
    internal static IEnumerable<string> ProblemsOf(IReadOnlyList<Tenant> tenants)
    {
        var hashes = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, keys) in tenants)
        {
            if (!NameForm().IsMatch(name))
            {
                yield return $"A tenant is named by 1 to 32 of a-z 0-9 -; '{name}' is not.";
            }

            if (keys.IsDefaultOrEmpty || keys.Any(key => !HashForm().IsMatch(key)))
            {
                yield return $"Tenant '{name}' needs the SHA-256 of each of its keys, 64 hexadecimal digits, and at least one.";
            }

            if (!keys.IsDefault && keys.Any(key => !hashes.Add(key)))
            {
                yield return $"Tenant '{name}' has a key that was named before.";
            }
        }
    }

    [GeneratedRegex("^[a-z0-9-]{1,32}$")]
    private static partial Regex NameForm();

    [GeneratedRegex("^[0-9a-fA-F]{64}$")]
    private static partial Regex HashForm();
}
