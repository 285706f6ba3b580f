using System.Globalization;
using System.Text.RegularExpressions;
using Orleans.Agents.Definitions.FlatMachines.Jinja;
using Orleans.Agents.Definitions.Sources;

namespace Orleans.Agents.Definitions.FlatMachines;

/// <summary>Makes values of ours out of those of a FlatMachine, each at the place of the original.</summary>
internal sealed partial class FlatValues(Findings findings)
{
    /// <summary>A text of our own making, at the place of what it stands for.</summary>
    public static Node Text(Node at, string text) => Node.Translated(at, text, []);

    public static Node Null(Node at) => Node.Scalar(at.File, at.Index, NodeKind.Null, "null", TextStyle.Plain);

    public static Node Number(Node at, long number) => Node.Scalar(
        at.File, at.Index, NodeKind.Number, number.ToString(CultureInfo.InvariantCulture), TextStyle.Plain);

    public static Node Map(Node at, params ReadOnlySpan<(string Name, Node Value)> members)
    {
        var made = new List<Member>();
        foreach (var (name, value) in members)
        {
            made.Add(new Member(name, at, value));
        }

        return Node.Map(at.File, at.Index, made);
    }

    /// <summary>A value with templates, or with paths that stand there as they are.</summary>
    public Node Value(Node node, JinjaNames names) => node.Kind switch
    {
        NodeKind.List => Node.List(node.File, node.Index, [.. node.Items.Select(i => Value(i, names))]),
        NodeKind.Map => Node.Map(
            node.File, node.Index, [.. node.Members.Select(m => m with { Value = Value(m.Value, names) })]),
        NodeKind.Text => Template(node, names),
        _ => node,
    };

    /// <summary>A text with templates in it.</summary>
    public Node Template(Node node, JinjaNames names)
    {
        if (JinjaTemplate.IsOne(node.Text))
        {
            return Accept(node, JinjaTranslation.Of(node.Text, names));
        }

        var isPath = BarePath().IsMatch(node.Text) || (names.KnowsContent && node.Text == "content");
        return isPath ? Accept(node, JinjaTranslation.OfPath(node.Text, names)) : node;
    }

    /// <summary>A prompt: a text in which paths that stand there as they are mean themselves.</summary>
    public Node? Prompt(Node? node) => node is null || !JinjaTemplate.IsOne(node.Text)
        ? node
        : Accept(node, JinjaTranslation.Of(node.Text, JinjaNames.Same));

    /// <summary>A condition: an expression without braces.</summary>
    public Node? Condition(Node? node, JinjaNames names, bool isOurs) =>
        node is not { IsText: true } || isOurs ? node
        : string.IsNullOrWhiteSpace(node.Text) ? null
        : Accept(node, JinjaTranslation.OfCondition(Bare(node.Text), names));

    // Some write the braces nevertheless.
    private static string Bare(string condition) =>
        condition.Trim() is ['{', '{', .. var inner, '}', '}'] && !inner.Contains("}}", StringComparison.Ordinal)
            ? inner
            : condition;

    private Node Accept(Node node, Emission emission)
    {
        if (emission.Error is not { } error)
        {
            return Node.Translated(node, emission.Text, emission.Marks);
        }

        findings.Error(
            DiagnosticCode.FlatTemplate,
            node.File.Name,
            node.PositionOf(error.At),
            error.Message,
            error.Expected,
            error.Suggestion);
        return Null(node);
    }

    [GeneratedRegex(@"^(context|input|output)(\.[A-Za-z_][A-Za-z0-9_]*)+\z")]
    private static partial Regex BarePath();
}
