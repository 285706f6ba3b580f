using System.Security.Cryptography;

namespace Orleans.Agents.Serialization;

/// <summary>A large payload, or a large value inside one, that a run keeps once, beside everything that has it.</summary>
/// <param name="Hash">The SHA-256 of the body in lower-case hexadecimal digits; its name within the run.</param>
/// <param name="Body">The bytes.</param>
public readonly record struct Blob(string Hash, ReadOnlyMemory<byte> Body)
{
    /// <summary>The length of a hash.</summary>
    internal const int HashLength = 2 * SHA256.HashSizeInBytes;

    /// <summary>Whether the body is what the hash says.</summary>
    public bool IsIntact => Hash == HashOf(Body.Span);

    /// <summary>Names some bytes.</summary>
    public static Blob Of(ReadOnlyMemory<byte> body) => new(HashOf(body.Span), body);

    private static string HashOf(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body));
}
