using System.Collections.Immutable;
using Orleans.Agents.Definitions.Sources;
using Orleans.Agents.Expressions;
using Orleans.Agents.Values;

namespace Orleans.Agents.Definitions.Drafts;

/// <summary>A path that an expression uses, and where it stands.</summary>
/// <param name="Root">The name it begins with.</param>
/// <param name="Members">The members after it, as far as they are known.</param>
/// <param name="Node">The text that it is in.</param>
/// <param name="Offset">Where in that text it begins.</param>
/// <param name="Place">The kind of place.</param>
internal sealed record PathUse(
    string Root, ImmutableArray<string> Members, Node Node, int Offset, ExpressionPlace Place)
{
    public Position Position => Node.PositionOf(Offset);
}

/// <summary>
/// Reads the expressions of one document: says what is wrong with them, and remembers the paths they use.
/// </summary>
internal sealed class ExpressionCheck(Findings findings)
{
    private const string Opening = "${{";

    private readonly List<PathUse> uses = [];

    public IReadOnlyList<PathUse> Uses => uses;

    /// <summary>Whether a value has an expression in it.</summary>
    public static bool IsConstant(Node node) =>
        !node.Text.Contains(Opening, StringComparison.Ordinal)
        && node.Items.All(IsConstant)
        && node.Members.All(m => IsConstant(m.Value));

    /// <summary>Reads the texts in a value.</summary>
    public void Template(Node? node, ExpressionPlace place)
    {
        if (node is null)
        {
            return;
        }

        foreach (var item in node.Items)
        {
            Template(item, place);
        }

        foreach (var member in node.Members)
        {
            if (member.Name.Contains(Opening, StringComparison.Ordinal))
            {
                findings.Error(
                    DiagnosticCode.ExpressionInKey,
                    member.Key,
                    "Keys are never evaluated, and this one has an expression in it",
                    "the expression in the value");
            }

            Template(member.Value, place);
        }

        if (node.IsText && node.Text.Contains(Opening, StringComparison.Ordinal))
        {
            Text(node, place);
        }
    }

    /// <summary>Reads a condition.</summary>
    public void Condition(Node? node, ExpressionPlace place)
    {
        if (node is null || node.Kind is NodeKind.Boolean)
        {
            return;
        }

        var inner = node.Text.Trim();
        if (inner.StartsWith(Opening, StringComparison.Ordinal))
        {
            inner = inner[Opening.Length..].TrimEnd('}').Trim();
            findings.Error(
                DiagnosticCode.InvalidValue,
                node,
                "`when` is an expression as it is",
                "it without ${{ }}",
                Node.Shorten(inner));
        }
        else if (Expression.TryParse(node.Text, place.Known, out var expression, out var error))
        {
            Use(expression.Paths, node, 0, place);
            if (!expression.MayBeCondition)
            {
                findings.Error(
                    ExpressionCodes.Type,
                    node,
                    "A condition yields true, false or null, and this never does",
                    "a comparison");
            }
        }
        else
        {
            Refuse(node, error.Offset, error);
        }
    }

    private void Text(Node node, ExpressionPlace place)
    {
        if (Expressions.Template.TryCompile(
            Payload.FromText(node.Text), place.Known, out var template, out var errors))
        {
            foreach (var part in template.Expressions)
            {
                Use(part.Expression.Paths, node, part.Offset, place);
            }

            return;
        }

        foreach (var error in errors)
        {
            Refuse(node, error.Offset, error.Error);
        }
    }

    private void Use(IEnumerable<ExpressionPath> paths, Node node, int start, ExpressionPlace place)
    {
        foreach (var path in paths)
        {
            var use = new PathUse(path.Root, path.Members, node, start + path.Offset, place);
            if (place.Names.Contains(path.Root))
            {
                uses.Add(use);
            }
            else
            {
                findings.Error(
                    DiagnosticCode.ExpressionScope,
                    node.File.Name,
                    use.Position,
                    $"`{path.Root}` is not in scope in {place.Description}",
                    place.Advice(path.Root));
            }
        }
    }

    private void Refuse(Node node, int offset, ExpressionError error) => findings.Error(
        error.Code,
        node.File.Name,
        node.PositionOf(offset),
        error.Message.TrimEnd('.'),
        error.Expected,
        error.Suggestion);
}
