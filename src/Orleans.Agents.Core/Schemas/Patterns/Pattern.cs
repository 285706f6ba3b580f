using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Orleans.Agents.Schemas.Patterns;

/// <summary>What came of a search.</summary>
internal enum PatternMatch
{
    No,
    Yes,
    TooSlow,
}

/// <summary>
/// A regular expression of a schema. Where it can be, it is searched for in time linear in the text; where it needs
/// backtracking, for a tenth of a second at most.
/// </summary>
internal sealed class Pattern
{
    /// <summary>The longest expression that is read.</summary>
    public const int MaxLength = 4_096;

    private const int OnStack = 256;

    // Large classes such as \p{Letter} take the linear engine up to a second to prepare, and the other one no time.
    private const int LongestLinear = 2_000;

    private static readonly TimeSpan BacktrackingLimit = TimeSpan.FromMilliseconds(100);

    // Linear in the text, but counted repetitions inside each other can make each letter expensive.
    private static readonly TimeSpan LinearLimit = TimeSpan.FromSeconds(1);

    private readonly Regex expression;

    private Pattern(string source, Regex expression)
    {
        Source = source;
        this.expression = expression;
    }

    /// <summary>The expression as the schema has it.</summary>
    public string Source { get; }

    /// <summary>Whether the search does not backtrack.</summary>
    public bool IsLinear => expression.Options.HasFlag(RegexOptions.NonBacktracking);

    /// <summary>Reads an expression of ECMAScript, in its Unicode mode.</summary>
    public static bool TryRead(
        string source,
        [NotNullWhen(true)] out Pattern? pattern,
        [NotNullWhen(false)] out string? problem)
    {
        pattern = null;
        if (source.Length > MaxLength)
        {
            problem = $"it is {source.Length} characters long, and {MaxLength} are the most";
            return false;
        }

        try
        {
            pattern = new Pattern(source, Build(EcmaTranslation.Translate(source)));
            problem = null;
            return true;
        }
        catch (FormatException unreadable)
        {
            problem = unreadable.Message;
            return false;
        }
        catch (RegexParseException refused)
        {
            problem = Explain(refused.Error);
            return false;
        }
    }

    /// <summary>Searches a text.</summary>
    public PatternMatch Match(ReadOnlySpan<byte> text)
    {
        char[]? rented = null;
        var letters = text.Length <= OnStack
            ? stackalloc char[OnStack]
            : rented = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            var length = Encoding.UTF8.GetChars(text, letters);
            return expression.IsMatch(letters[..length]) ? PatternMatch.Yes : PatternMatch.No;
        }
        catch (RegexMatchTimeoutException)
        {
            return PatternMatch.TooSlow;
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<char>.Shared.Return(rented);
            }
        }
    }

    /// <summary>What to say of a search that came to nothing.</summary>
    public string TooSlow(string text) =>
        $"whether {text} matches {Source} could not be found out in time; the pattern backtracks too much";

    // The platform's own messages show the translation, which nobody wrote.
    private static string Explain(RegexParseError error) => error switch
    {
        RegexParseError.InsufficientClosingParentheses => "a ')' is missing",
        RegexParseError.InsufficientOpeningParentheses => "a ')' closes nothing",
        RegexParseError.QuantifierAfterNothing => "there is nothing to repeat",
        RegexParseError.NestedQuantifiersNotParenthesized => "a repetition is repeated without parentheses",
        RegexParseError.ReversedQuantifierRange => "a repetition goes from the smaller to the larger number",
        RegexParseError.QuantifierOrCaptureGroupOutOfRange => "a number is too large",
        _ => error.ToString(),
    };

    private static Regex Build((string Expression, bool NeedsBacktracking) translated)
    {
        if (!translated.NeedsBacktracking && translated.Expression.Length <= LongestLinear)
        {
            try
            {
                var linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
                return new Regex(translated.Expression, linear, LinearLimit);
            }
            catch (NotSupportedException)
            {
                // Counted repetitions inside each other, a{1,1000} a thousand times, are too large for that engine.
            }
        }

        return new Regex(translated.Expression, RegexOptions.CultureInvariant, BacktrackingLimit);
    }
}
