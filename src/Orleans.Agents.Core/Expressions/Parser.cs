using System.Collections.Immutable;
using System.Text;

namespace Orleans.Agents.Expressions;

/// <summary>
/// Reads an expression by descent, operators by precedence. After the first error everything yields nothing.
/// </summary>
internal sealed class Parser
{
    private readonly string source;
    private readonly Lexer lexer;
    private readonly NodeBuilder build;
    private Token current;
    private int nesting;

    internal Parser(string source, ExpressionNames names)
    {
        this.source = source;
        lexer = new Lexer(source);
        build = new NodeBuilder(names);
    }

    /// <summary>What is wrong, once something is.</summary>
    internal ExpressionError? Error => build.Error;

    internal IEnumerable<ExpressionPath> Paths => build.Paths;

    internal int Slots => build.Slots;

    internal Node? Parse()
    {
        if (source.Length > ExpressionLimits.MaxText)
        {
            var excess = new Extent(ExpressionLimits.MaxText, source.Length - ExpressionLimits.MaxText);
            return build.Refuse(
                ExpressionCodes.Limit, excess, $"An expression has at most {ExpressionLimits.MaxText} characters.");
        }

        var node = Advance() ? Expression() : null;
        return node is null || current.Kind is TokenKind.End
            ? node
            : Unexpected("an operator or the end", current.Is("not") ? "not (… in …)" : null);
    }

    private bool Advance() => lexer.TryNext(out current) || build.Refuse(lexer.Error!) is not null;

    private bool AdvanceToMember() => lexer.TryNextMember(out current) || build.Refuse(lexer.Error!) is not null;

    private bool Require(string symbol, string? expected = null)
    {
        if (!current.Is(symbol))
        {
            Unexpected(expected ?? $"`{symbol}`");
            return false;
        }

        return Advance();
    }

    private Node? Unexpected(string expected, string? suggestion = null) => build.Refuse(new ExpressionError(
        ExpressionCodes.Syntax,
        current.At.Offset,
        current.At.Length,
        $"Found {current.Describe(source)} where it cannot stand.",
        expected,
        suggestion));

    private bool Enter()
    {
        if (++nesting > ExpressionLimits.MaxNesting)
        {
            build.Refuse(
                ExpressionCodes.Limit,
                current.At,
                $"An expression nests at most {ExpressionLimits.MaxNesting} deep.");
            return false;
        }

        return true;
    }

    private Node? Expression()
    {
        if (!Enter())
        {
            return null;
        }

        var node = Operators(Precedence.Or);
        if (node is not null && current.Is("?"))
        {
            var then = Advance() ? Expression() : null;
            var otherwise = then is not null && Require(":") ? Expression() : null;
            node = otherwise is null ? null : build.Conditional(node, then!, otherwise);
        }

        nesting--;
        return node;
    }

    private Node? Operators(int weakest)
    {
        var left = current.Is("not") && weakest <= Precedence.WordNot ? Not(Precedence.WordNot) : Unary();
        while (left is not null && Precedence.Of(current) is var precedence && precedence >= weakest)
        {
            var symbol = current.Text;
            var right = Advance() ? Operators(precedence + 1) : null;
            left = right is null ? null : build.Operation(symbol, left, right);
        }

        return left;
    }

    private Node? Not(int weakest)
    {
        var start = current.At;
        if (!Enter() || !Advance())
        {
            return null;
        }

        var operand = weakest == Precedence.WordNot ? Operators(Precedence.WordNot) : Unary();
        nesting--;
        return operand is null ? null : build.Not(start, operand);
    }

    private Node? Unary()
    {
        if (current.Is("!"))
        {
            return Not(Precedence.Unary);
        }

        if (!current.Is("-"))
        {
            return Postfix(Primary());
        }

        var start = current.At;
        if (!Enter() || !Advance())
        {
            return null;
        }

        var isLiteral = current.Kind is TokenKind.Number;
        var operand = isLiteral ? Postfix(Number(start)) : Unary();
        nesting--;
        return operand is null || isLiteral ? operand : build.Negate(start, operand);
    }

    private Node? Postfix(Node? node)
    {
        while (node is not null)
        {
            if (current.Is("["))
            {
                var key = Advance() ? Expression() : null;
                var end = current.At;
                node = key is not null && Require("]") ? build.Element(node, key, end) : null;
            }
            else if (current.Is("."))
            {
                node = AdvanceToMember() ? MemberOrMacro(node) : null;
            }
            else
            {
                return node;
            }
        }

        return null;
    }

    private Node? MemberOrMacro(Node target)
    {
        var name = current;
        return !Advance() ? null : current.Is("(") ? Macro(target, name) : build.Member(target, name);
    }

    private Node? Macro(Node target, Token name)
    {
        if (build.MacroKindOf(name) is not { } kind || !Advance())
        {
            return null;
        }

        var variable = current;
        if (variable.Kind is not TokenKind.Name)
        {
            return Unexpected("the name each element gets");
        }

        var slot = Advance() && Require(",") ? build.Declare(variable) : null;
        var body = slot is null ? null : Expression();
        var end = current.At;
        build.Forget(slot);
        return body is not null && Require(")") ? build.Macro(kind, target, slot!.Value, body, name.At.To(end)) : null;
    }

    private Node? Primary()
    {
        var token = current;
        switch (token.Kind)
        {
            case TokenKind.Number:
                return Number(token.At);
            case TokenKind.Text:
                return Advance() ? NodeBuilder.Text(token) : null;
            case TokenKind.Name:
                return !Advance() ? null : current.Is("(") ? Call(token) : build.Named(token);
            case TokenKind.Symbol when token.Is("("):
                var inner = Advance() ? Expression() : null;
                return inner is not null && Require(")") ? inner : null;
            case TokenKind.Symbol when token.Is("["):
                return Advance() && Sequence("]") is { } items ? build.List(token.At.To(items.End), items.Nodes) : null;
            case TokenKind.Symbol when token.Is("{"):
                return Advance() ? ObjectOf(token.At) : null;
            default:
                return Unexpected("a value", token.Is("not") ? "(not …)" : null);
        }
    }

    private Node? Number(Extent start)
    {
        var number = current;
        var text = start == number.At ? number.Text : $"-{number.Text}";
        return Advance() ? build.Number(start.To(number.At), text) : null;
    }

    private Node? Call(Token name) =>
        build.KnowsFunction(name) && Advance() && Sequence(")") is { } arguments
            ? build.Call(name, arguments.Nodes, name.At.To(arguments.End))
            : null;

    private (ImmutableArray<Node> Nodes, Extent End)? Sequence(string close)
    {
        var nodes = ImmutableArray.CreateBuilder<Node>();
        while (!current.Is(close))
        {
            if (nodes.Count > 0 && !Require(",", $"`,` or `{close}`"))
            {
                return null;
            }

            if (Expression() is not { } node)
            {
                return null;
            }

            nodes.Add(node);
        }

        var end = current.At;
        return Advance() ? (nodes.ToImmutable(), end) : null;
    }

    private Node? ObjectOf(Extent start)
    {
        var names = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        var nodes = ImmutableArray.CreateBuilder<Node>();
        while (!current.Is("}"))
        {
            var key = nodes.Count == 0 || Require(",", "`,` or `}`") ? Key(names) : null;
            if (key is null || !Require(":") || Expression() is not { } node)
            {
                return null;
            }

            names.Add(key.Value);
            nodes.Add(node);
        }

        var end = current.At;
        return Advance() ? build.Object(start.To(end), names.ToImmutable(), nodes.ToImmutable()) : null;
    }

    private ReadOnlyMemory<byte>? Key(ImmutableArray<ReadOnlyMemory<byte>>.Builder known)
    {
        var key = current;
        if (key.Kind is not (TokenKind.Name or TokenKind.Text))
        {
            Unexpected("a name or a text");
            return null;
        }

        ReadOnlyMemory<byte> name = Encoding.UTF8.GetBytes(key.Text);
        if (known.Contains(name, Values.Utf8Names.Comparer))
        {
            build.Refuse(ExpressionCodes.Syntax, key.At, "This object already has a member of that name.");
            return null;
        }

        return Advance() ? name : null;
    }
}
