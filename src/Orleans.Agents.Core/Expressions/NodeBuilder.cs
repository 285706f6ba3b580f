using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Orleans.Agents.Values;

namespace Orleans.Agents.Expressions;

/// <summary>
/// Makes nodes, and refuses those that could never yield a value: wrong names, wrong types, too large.
/// </summary>
internal sealed class NodeBuilder(ExpressionNames names)
{
    private static readonly string[] MacroNames = ["map", "filter", "exists", "all"];

    private readonly List<(string Name, int Slot)> variables = [];
    private readonly Dictionary<Node, ExpressionPath> paths = new(ReferenceEqualityComparer.Instance);

    internal ExpressionError? Error { get; private set; }

    /// <summary>How many variables of macros are alive at once, at most.</summary>
    internal int Slots { get; private set; }

    internal IEnumerable<ExpressionPath> Paths => paths.Values;

    /// <summary>Notes an error; the first one stays.</summary>
    internal Node? Refuse(ExpressionError error)
    {
        Error ??= error;
        return null;
    }

    internal Node? Refuse(string code, Extent at, string message, string? expected = null, string? suggestion = null) =>
        Refuse(new ExpressionError(code, at.Offset, at.Length, message, expected, suggestion));

    internal Node? Named(Token token)
    {
        switch (token.Text)
        {
            case "null" or "None":
                return new Node.Literal(token.At, Value.Null);
            case "true" or "True":
                return new Node.Literal(token.At, Value.FromBoolean(true));
            case "false" or "False":
                return new Node.Literal(token.At, Value.FromBoolean(false));
        }

        var variable = variables.FindLastIndex(one => one.Name == token.Text);
        if (variable >= 0)
        {
            return new Node.Variable(token.At, variables[variable].Slot);
        }

        if (!names.Contains(token.Text))
        {
            return UnknownName(token);
        }

        var root = new Node.Root(token.At, token.Text, Place(token.Text));
        paths.Add(root, new ExpressionPath(token.Text, [], token.At.Offset));
        return root;
    }

    internal Node? Number(Extent at, string text)
    {
        var value = Value.FromLiteral(text);
        return value.TryGetDecimal(out _)
            ? new Node.Literal(at, value)
            : Refuse(ExpressionCodes.Limit, at, "This number is too large.", "a number of at most 28 digits");
    }

    internal static Node Text(Token token) => new Node.Literal(token.At, Value.FromText(token.Text));

    internal Node? Not(Extent start, Node operand) => IsCondition(operand, "`not`")
        ? Admit(new Node.Not(start.To(operand.At), operand))
        : null;

    internal Node? Negate(Extent start, Node operand) => (operand.Kinds & Kinds.Number) != 0
        ? Admit(new Node.Negate(start.To(operand.At), operand))
        : Refuse(
            ExpressionCodes.Type, operand.At, $"`-` takes a number; this is {operand.Kinds.Describe()}.", "a number");

    internal Node? Conditional(Node condition, Node then, Node otherwise) => IsCondition(condition, "`?:`")
        ? Admit(new Node.Conditional(condition.At.To(otherwise.At), condition, then, otherwise))
        : null;

    internal Node? Operation(string symbol, Node left, Node right)
    {
        var at = left.At.To(right.At);
        if (symbol is "&&" or "||")
        {
            return IsCondition(left, $"`{symbol}`") && IsCondition(right, $"`{symbol}`")
                ? Admit(new Node.Logical(at, symbol == "&&", left, right))
                : null;
        }

        var operation = Operators.Of(symbol);
        return Operators.Takes(operation, left.Kinds, right.Kinds)
            ? Admit(new Node.Binary(at, operation, left, right))
            : Refuse(ExpressionCodes.Type, at, $"{Operators.Refusal(operation, left.Kinds, right.Kinds)}.");
    }

    internal Node? Member(Node target, Token name)
    {
        var digits = char.IsAsciiDigit(name.Text[0]);
        var index = digits && int.TryParse(name.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
            ? parsed
            : -1;
        return Member(target, name.Text, name.At, index, name.Text == "length");
    }

    internal Node? Element(Node target, Node key, Extent end) =>
        key is Node.Literal { Value: var literal } && literal.TryGetText(out var name)
            ? Member(target, name, end, index: -1, isLength: false)
            : Admit(new Node.Element(target.At.To(end), target, key));

    internal Node? List(Extent at, ImmutableArray<Node> items) => Admit(new Node.ListOf(at, items));

    internal Node? Object(Extent at, ImmutableArray<ReadOnlyMemory<byte>> keys, ImmutableArray<Node> items) =>
        Admit(new Node.ObjectOf(at, keys, items));

    /// <summary>
    /// Whether there is such a function; asked before its arguments are read, so that this error comes first.
    /// </summary>
    internal bool KnowsFunction(Token name) => Functions.Find(name.Text) is not null || Refuse(
        ExpressionCodes.Function,
        name.At,
        $"There is no function `{name.Text}`.",
        $"one of {string.Join(", ", Functions.Names)}",
        NearestName.Of(name.Text, Functions.Names)) is not null;

    internal Node? Call(Token name, ImmutableArray<Node> arguments, Extent at)
    {
        var call = CallRules.Resolve(name, arguments, at, out var error);
        return call is null ? Refuse(error!) : Admit(call);
    }

    internal MacroKind? MacroKindOf(Token name)
    {
        var index = Array.IndexOf(MacroNames, name.Text);
        if (index >= 0)
        {
            return (MacroKind)index;
        }

        Refuse(
            ExpressionCodes.Function,
            name.At,
            $"There is no `.{name.Text}(…)`.",
            "`.map(x, …)`, `.filter(x, …)`, `.exists(x, …)` or `.all(x, …)`",
            Functions.Find(name.Text) is null ? NearestName.Of(name.Text, MacroNames) : $"{name.Text}(…)");
        return null;
    }

    internal int? Declare(Token name)
    {
        if (names.Contains(name.Text) || ScopeNames.All.Contains(name.Text)
            || name.Text is "null" or "None" or "true" or "True" or "false" or "False")
        {
            Refuse(ExpressionCodes.Name, name.At, $"`{name.Text}` already means something here.", "another name");
            return null;
        }

        variables.Add((name.Text, variables.Count));
        Slots = Math.Max(Slots, variables.Count);
        return variables.Count - 1;
    }

    internal void Forget(int? slot)
    {
        if (slot is not null)
        {
            variables.RemoveAt(variables.Count - 1);
        }
    }

    internal Node? Macro(MacroKind kind, Node target, int slot, Node body, Extent at)
    {
        if ((target.Kinds & Kinds.List) == 0)
        {
            return Refuse(
                ExpressionCodes.Type,
                target.At,
                $"`.{MacroNames[(int)kind]}` takes a list; this is {target.Kinds.Describe()}.",
                "a list");
        }

        return kind is MacroKind.Map || IsCondition(body, $"`.{MacroNames[(int)kind]}`")
            ? Admit(new Node.Macro(target.At.To(at), kind, target, slot, body))
            : null;
    }

    private static RootPlace Place(string name) => name switch
    {
        ScopeNames.Input => RootPlace.Input,
        ScopeNames.Context => RootPlace.Context,
        ScopeNames.Output => RootPlace.Output,
        ScopeNames.Error => RootPlace.Error,
        ScopeNames.Run => RootPlace.Run,
        ScopeNames.Env => RootPlace.Env,
        _ => RootPlace.Item,
    };

    private Node? UnknownName(Token token)
    {
        var inScope = names.Names.Concat(variables.Select(one => one.Name)).Distinct(StringComparer.Ordinal).ToArray();
        var suggestion = Functions.Find(token.Text) is null
            ? NearestName.Of(token.Text, [.. inScope, "true", "false", "null"])
            : $"{token.Text}(…)";
        var expected = inScope.Length == 0 ? "no name: none is in scope" : $"one of {string.Join(", ", inScope)}";
        return Refuse(ExpressionCodes.Name, token.At, $"`{token.Text}` is not in scope here.", expected, suggestion);
    }

    private Node? Member(Node target, string name, Extent end, int index, bool isLength)
    {
        var node = Admit(new Node.Member(
            target.At.To(end), target, name, Encoding.UTF8.GetBytes(name), index, isLength));
        if (node is not null && paths.Remove(target, out var path))
        {
            paths.Add(node, path with { Members = path.Members.Add(name) });
        }

        return node;
    }

    private bool IsCondition(Node node, string taker) => (node.Kinds & Kinds.Condition) != 0 || Refuse(
        ExpressionCodes.Type,
        node.At,
        $"{taker} takes a boolean or null; this is {node.Kinds.Describe()}.",
        "a boolean") is not null;

    private Node? Admit(Node node) => node.Height <= ExpressionLimits.MaxHeight
        ? node
        : Refuse(
            ExpressionCodes.Limit, node.At, $"At most {ExpressionLimits.MaxHeight} operators build on one another.");
}
