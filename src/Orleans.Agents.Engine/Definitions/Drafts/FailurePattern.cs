using Orleans.Agents.Definitions.Sources;
using Orleans.Agents.Expressions;
using Orleans.Agents.Failures;

namespace Orleans.Agents.Definitions.Drafts;

/// <summary>The patterns of <c>retry.on</c> and <c>catch.on</c>: classes, codes, families of codes, <c>*</c>.</summary>
internal static class FailurePattern
{
    /// <summary>The classes of failures, as authors write them.</summary>
    public static string[] Classes { get; } = [.. Enum.GetValues<FailureClass>().Select(Failure.ClassName)];

    public static void Check(Node pattern, Findings findings)
    {
        if (pattern.IsText && !CanMatch(pattern.Text))
        {
            findings.Error(
                DiagnosticCode.FailurePattern,
                pattern,
                $"\"{Node.Shorten(pattern.Text)}\" matches no failure",
                $"one of {string.Join(", ", Classes)}, a code such as model.rate_limited or a family such as model.*",
                NearestName.Of(pattern.Text, Classes));
        }
    }

    /// <summary>Whether everything that the second pattern matches is matched by the first.</summary>
    public static bool Covers(string first, string second) =>
        first == "*"
        || first == second
        || (first.EndsWith(".*", StringComparison.Ordinal)
            && second.Contains('.', StringComparison.Ordinal)
            && second.AsSpan().StartsWith(first.AsSpan(0, first.Length - 1), StringComparison.Ordinal));

    private static bool CanMatch(string pattern)
    {
        var code = pattern.EndsWith(".*", StringComparison.Ordinal)
            ? $"{pattern.AsSpan(0, pattern.Length - 2)}.x"
            : pattern;
        return pattern == "*" || Array.IndexOf(Classes, pattern) >= 0 || Shapes.TextRule.DottedCode.Holds(code);
    }
}
