using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orleans.Agents.Values;

/// <summary>How this project writes JSON: compact, and with every letter as itself rather than as an escape.</summary>
public static class JsonText
{
    /// <summary>Options for a writer of payloads and stored events.</summary>
    public static JsonWriterOptions Writing { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };
}
