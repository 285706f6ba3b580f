namespace Orleans.Agents.Expressions;

/// <summary>Why a text is not an expression. Found when a definition is loaded.</summary>
/// <param name="Code">One of <see cref="ExpressionCodes"/>.</param>
/// <param name="Offset">Where it begins, in characters from the start of the text; the text's length means its
/// end.</param>
/// <param name="Length">How many characters it concerns; 0 at the end.</param>
/// <param name="Message">What is wrong, for people.</param>
/// <param name="Expected">What could have stood there.</param>
/// <param name="Suggestion">What was probably meant.</param>
public sealed record ExpressionError(
    string Code,
    int Offset,
    int Length,
    string Message,
    string? Expected = null,
    string? Suggestion = null);
