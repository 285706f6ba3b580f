using System.Security.Cryptography;
using System.Text.Json;
using Orleans.Agents.Definitions.Closures;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Definitions;

/// <summary>
/// The stored form of a workflow with everything it refers to: what a run is pinned to. Additive and readable for ever:
/// a version of this program reads what all earlier ones wrote.
/// </summary>
public static class DefinitionClosure
{
    /// <summary>The hash that a stored form is kept under: its SHA-256 in lower-case hexadecimal.</summary>
    public static string HashOf(ReadOnlySpan<byte> closure) => Convert.ToHexStringLower(SHA256.HashData(closure));

    /// <summary>Builds the workflow again; no file, tool or model is needed for it.</summary>
    /// <exception cref="DefinitionException">
    /// The bytes are damaged, or a newer version of this program wrote them.
    /// </exception>
    public static Workflow Read(ReadOnlyMemory<byte> closure)
    {
        try
        {
            return ReadChecked(closure);
        }
        catch (JsonException broken)
        {
            throw Damaged(broken);
        }
        catch (FormatException broken)
        {
            throw Damaged(broken);
        }
        catch (KeyNotFoundException broken)
        {
            throw Damaged(broken);
        }
        catch (InvalidOperationException broken)
        {
            throw Damaged(broken);
        }
    }

    private static Workflow ReadChecked(ReadOnlyMemory<byte> closure)
    {
        using var document = JsonDocument.Parse(
            closure, new JsonDocumentOptions { MaxDepth = CanonicalJson.MaxDepth, AllowDuplicateProperties = false });
        var root = document.RootElement;
        var format = root.GetProperty("format").GetInt32();
        var language = root.GetProperty("language").GetInt32();
        return format == ClosureWriter.Format && language == Workflow.CurrentLanguage
            ? new ClosureReader(root, HashOf(closure.Span)).Read()
            : throw new DefinitionException(
                DefinitionException.TooNew,
                $"The definition is of format {format} and language {language}; this program knows "
                + $"{ClosureWriter.Format} and {Workflow.CurrentLanguage}.");
    }

    private static DefinitionException Damaged(Exception broken) => new(
        DefinitionException.Damaged, $"The stored definition cannot be read: {broken.Message}", broken);
}
