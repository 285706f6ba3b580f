using System.Collections.Immutable;

namespace Orleans.Agents.Expressions;

/// <summary>A path as an expression uses it, as far as it is known before the expression is evaluated.</summary>
/// <param name="Root">The name it begins with.</param>
/// <param name="Members">
/// The members after it, up to the first index that is not a literal text; <c>length</c> and <c>0</c> of
/// <c>a.length</c> and <c>a.0</c> are among them.
/// </param>
/// <param name="Offset">Where it begins in the expression's text.</param>
public sealed record ExpressionPath(string Root, ImmutableArray<string> Members, int Offset)
{
    /// <summary>The path with dots, such as <c>context.plan.tasks</c>.</summary>
    public override string ToString() => string.Join('.', Members.Prepend(Root));
}
