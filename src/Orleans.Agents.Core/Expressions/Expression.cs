using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Orleans.Agents.Values;

namespace Orleans.Agents.Expressions;

/// <summary>
/// An expression that was read and checked. It never changes, may be used from many threads, and yields the same for
/// the same scope on every machine. The language is described in <c>docs/reference/expressions.md</c>.
/// </summary>
public sealed class Expression
{
    /// <summary>The version of the language; a run records it, because another version may decide otherwise.</summary>
    public const int LanguageVersion = 1;

    private readonly Node node;
    private readonly int slots;

    private Expression(string text, Node node, int slots, ImmutableArray<ExpressionPath> paths)
    {
        Text = text;
        this.node = node;
        this.slots = slots;
        Paths = paths;
        Roots = ImmutableSortedSet.CreateRange(StringComparer.Ordinal, paths.Select(path => path.Root));
    }

    /// <summary>The text it was read from.</summary>
    public string Text { get; }

    /// <summary>The names of the scope it uses.</summary>
    public ImmutableSortedSet<string> Roots { get; }

    /// <summary>Each path into the scope as far as it is known now, in the order of the text.</summary>
    public ImmutableArray<ExpressionPath> Paths { get; }

    /// <summary>
    /// Whether it may yield what a condition may be, a boolean or null; false when it certainly does not.
    /// </summary>
    public bool MayBeCondition => (node.Kinds & Kinds.Condition) != 0;

    /// <summary>Reads an expression and checks it as far as that can be done without values.</summary>
    /// <param name="text">The expression, without <c>${{ }}</c> around it.</param>
    /// <param name="names">The names in scope where it stands.</param>
    /// <param name="expression">The expression.</param>
    /// <param name="error">The first thing that is wrong, when the answer is no.</param>
    public static bool TryParse(
        string text,
        ExpressionNames names,
        [NotNullWhen(true)] out Expression? expression,
        [NotNullWhen(false)] out ExpressionError? error)
    {
        var parser = new Parser(text, names);
        var node = parser.Parse();
        error = parser.Error;
        expression = node is null || error is not null
            ? null
            : new Expression(text, node, parser.Slots, [.. parser.Paths.OrderBy(path => path.Offset)]);
        return expression is not null;
    }

    /// <summary>
    /// Finds what the expression yields. Never throws; a scope of well-formed payloads is all it asks for.
    /// </summary>
    public bool TryEvaluate(Scope scope, out Value value, [NotNullWhen(false)] out ExpressionFailure? failure)
    {
        var evaluation = new Evaluation(scope);
        var succeeded = TryEvaluate(ref evaluation, out value);
        failure = evaluation.Failure;
        return succeeded;
    }

    /// <summary>
    /// Whether a condition holds: it yields true. Null counts as false, anything but a boolean is a failure.
    /// </summary>
    public bool TryTest(Scope scope, out bool holds, [NotNullWhen(false)] out ExpressionFailure? failure)
    {
        var evaluation = new Evaluation(scope);
        evaluation.Begin(Text, slots);
        var succeeded = Evaluator.TryTest(node, ref evaluation, out holds);
        failure = evaluation.Failure;
        return succeeded;
    }

    /// <summary>The text.</summary>
    public override string ToString() => Text;

    internal bool TryEvaluate(ref Evaluation evaluation, out Value value)
    {
        evaluation.Begin(Text, slots);
        if (Evaluator.TryEvaluate(node, ref evaluation, out value))
        {
            return true;
        }

        value = default;
        return false;
    }
}
