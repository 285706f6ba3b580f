using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Orleans.Agents.Expressions;

/// <summary>A regular expression that is matched without backtracking, and how large it is.</summary>
internal sealed record Pattern(Regex Regex, int Size)
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    internal static bool TryCompile(
        string text, [NotNullWhen(true)] out Pattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        pattern = null;
        problem = Bound(text, out var size);
        if (problem is not null)
        {
            return false;
        }

        try
        {
            pattern = new Pattern(new Regex(text, Options), size);
            return true;
        }
        catch (Exception refused) when (refused is ArgumentException or NotSupportedException)
        {
            problem = $"This is not a regular expression that can be matched without backtracking: {refused.Message}";
            return false;
        }
    }

    private static string? Bound(string text, out int size)
    {
        size = 0;
        if (text.Length > ExpressionLimits.MaxPatternText)
        {
            return $"A pattern has at most {ExpressionLimits.MaxPatternText} characters.";
        }

        if (PatternSize.Measure(text, out var places) is { } problem)
        {
            return problem;
        }

        size = (int)Math.Min(int.MaxValue, places);
        return size > ExpressionLimits.MaxPatternSize
            ? $"A pattern has at most {ExpressionLimits.MaxPatternSize} places once its repetitions are written out."
            : null;
    }
}
