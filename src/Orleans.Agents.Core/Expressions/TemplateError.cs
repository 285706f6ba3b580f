using System.Collections.Immutable;

namespace Orleans.Agents.Expressions;

/// <summary>Why a JSON value is not a template.</summary>
/// <param name="Path">Names and indexes that lead to the text; empty when the value itself is the text.</param>
/// <param name="Offset">Where in that text the error is, in characters after its JSON escapes are undone.</param>
/// <param name="Error">What is wrong; its own offset counts from the start of the expression.</param>
public sealed record TemplateError(ImmutableArray<string> Path, int Offset, ExpressionError Error);

/// <summary>An expression of a template and where it stands.</summary>
/// <param name="Path">Names and indexes that lead to the text; empty when the value itself is the text.</param>
/// <param name="Offset">Where in that text the expression begins, in characters after its JSON escapes are
/// undone.</param>
/// <param name="Expression">The expression.</param>
public sealed record TemplateExpression(ImmutableArray<string> Path, int Offset, Expression Expression);
