using System.Globalization;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Hosting;

/// <summary>
/// Limits of sizes as people write them for a program: <c>prompt=256KiB,context=1MiB,payload=64KiB,history=100000</c>, each
/// of them or none.
/// </summary>
public static class SizeLimitText
{
    /// <summary>The environment variable that our programs read them from.</summary>
    public const string Variable = "AGENTS_LIMITS";

    private const int LeastBytes = 1024;
    private const int LeastFacts = 100;

    /// <summary>Takes limits over into options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="text">The limits; null and an empty text change nothing.</param>
    /// <exception cref="FormatException">It makes no sense; the message says what does.</exception>
    public static void Apply(EngineOptions options, string? text)
    {
        foreach (var part in text?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            var sign = part.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = sign < 0 ? (part, "") : (part[..sign].TrimEnd(), part[(sign + 1)..].TrimStart());
            switch (name)
            {
                case "prompt":
                    options.MaxPromptBytes = BytesOf(name, value, RunLimits.PromptBytes);
                    break;
                case "context":
                    options.MaxContextBytes = BytesOf(name, value, RunLimits.ContextBytes);
                    break;
                case "payload":
                    options.MaxPayloadBytes = BytesOf(name, value, RunLimits.PayloadBytes);
                    break;
                case "history":
                    options.MaxHistoryFacts = FactsOf(value);
                    break;
                default:
                    throw new FormatException(
                        $"There is no limit '{name}'; expected prompt, context, payload or history, as in payload=64KiB,history=100000.");
            }
        }
    }

    private static int BytesOf(string name, string value, int most)
    {
        var (digits, factor) = value switch
        {
            [.. var kibi, 'K', 'i', 'B'] => (kibi, 1024L),
            [.. var mebi, 'M', 'i', 'B'] => (mebi, 1024L * 1024),
            _ => (value, 1L),
        };
        return NumberOf(digits.TrimEnd()) is { } number && number <= most && number * factor >= LeastBytes && number * factor <= most
            ? (int)(number * factor)
            : throw new FormatException(
                $"The limit '{name}' is '{value}'; expected bytes from {LeastBytes / 1024}KiB to {most / (1024 * 1024)}MiB, such as 65536, 64KiB or 1MiB.");
    }

    private static int FactsOf(string value) =>
        NumberOf(value) is { } number and >= LeastFacts and <= RunLimits.Facts
            ? (int)number
            : throw new FormatException(
                $"The limit 'history' is '{value}'; expected a number of facts from {LeastFacts} to {RunLimits.Facts}.");

    private static long? NumberOf(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
