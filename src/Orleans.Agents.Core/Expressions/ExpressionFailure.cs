using Orleans.Agents.Failures;

namespace Orleans.Agents.Expressions;

/// <summary>Why an expression yielded no value.</summary>
/// <param name="Code"><c>expression.type</c>, <c>expression.range</c> or <c>expression.limit</c>.</param>
/// <param name="Message">What was expected and what was found, for people.</param>
/// <param name="Text">The expression.</param>
/// <param name="Offset">Where in the expression it happened.</param>
public sealed record ExpressionFailure(string Code, string Message, string Text, int Offset)
{
    private const int MaxShown = 200;

    /// <summary>
    /// The same as a failure of the run: permanent, because the same expression fails again on the same values.
    /// </summary>
    public Failure ToFailure() =>
        new(FailureClass.Permanent, Code, $"{Message} (at position {Offset + 1} of `{Shorten(Text)}`)");

    private static string Shorten(string text) => text.Length <= MaxShown ? text : $"{text.AsSpan(0, MaxShown)}…";
}
