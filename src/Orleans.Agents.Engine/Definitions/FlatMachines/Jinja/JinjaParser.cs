using System.Collections.Immutable;

namespace Orleans.Agents.Definitions.FlatMachines.Jinja;

/// <summary>
/// Reads an expression of a template, or a condition, by descent. After the first error the rest reads as nothing.
/// </summary>
internal sealed class JinjaParser(JinjaCursor cursor)
{
    private const int MaxNesting = 60;

    // As many as our own expressions build on one another, so that nothing here goes deeper than a stack.
    private const int MaxChain = 250;

    private int nesting;
    private int chained;

    /// <summary>Reads an expression that is all there is.</summary>
    public JinjaNode ReadAll()
    {
        var node = Read();
        if (!cursor.IsAtEnd)
        {
            cursor.Refuse("an operator, a filter or the end");
        }

        return node;
    }

    /// <summary>Reads an expression.</summary>
    public JinjaNode Read() => Deeper(ReadChoice);

    /// <summary>Reads an expression that an <c>if</c> may follow.</summary>
    public JinjaNode ReadUnconditional() => Deeper(Or);

    private JinjaNode ReadChoice()
    {
        var node = Or();
        while (cursor.Take("if"))
        {
            var at = cursor.At;
            var when = Or();
            node = Chain(new JinjaNode.Choice(at, when, node, cursor.Take("else") ? Read() : new JinjaNode.Literal(at, "''")));
        }

        return node;
    }

    private JinjaNode Deeper(Func<JinjaNode> read)
    {
        if (++nesting > MaxNesting)
        {
            cursor.Refuse(new JinjaError(cursor.At, $"An expression nests at most {MaxNesting} deep"));
        }

        var node = read();
        nesting--;
        return node;
    }

    private T Chain<T>(T node)
        where T : JinjaNode
    {
        if (++chained > MaxChain)
        {
            cursor.Refuse(new JinjaError(node.At, $"An expression has at most {MaxChain} operators and filters"));
        }

        return node;
    }

    private JinjaNode Or() => Logical(isAnd: false, And, "or", "||");

    private JinjaNode And() => Logical(isAnd: true, Not, "and", "&&");

    private JinjaNode Logical(bool isAnd, Func<JinjaNode> operand, string word, string symbol)
    {
        var at = cursor.At;
        var operands = ImmutableArray.Create(operand());
        while (cursor.Take(word) || cursor.Take(symbol))
        {
            operands = operands.Add(operand());
        }

        return operands.Length == 1 ? operands[0] : new JinjaNode.Logical(at, isAnd, operands);
    }

    private JinjaNode Not()
    {
        var at = cursor.At;
        return cursor.Take("not") || cursor.Take("!") ? new JinjaNode.Not(at, Deeper(Not)) : Comparison();
    }

    private JinjaNode Comparison()
    {
        var left = Sum();
        JinjaNode? chain = null;
        while (true)
        {
            var at = cursor.At;
            var symbol = cursor.Current.Text;
            var isNegated = cursor.IsAt("not");
            if (isNegated ? !cursor.Take("not") || !TakeIn() : !TakeComparison())
            {
                return chain ?? left;
            }

            var right = Sum();
            JinjaNode one = new JinjaNode.Binary(at, isNegated ? "in" : symbol, left, right);
            one = isNegated ? new JinjaNode.Not(at, one) : one;
            chain = chain is null ? one : Chain(new JinjaNode.Logical(at, true, [chain, one]));
            left = right;
        }
    }

    private bool TakeIn()
    {
        cursor.Require("in");
        return cursor.Error is null;
    }

    private bool TakeComparison() =>
        cursor.Take("==") || cursor.Take("!=") || cursor.Take("<=") || cursor.Take(">=") || cursor.Take("<") || cursor.Take(">") || cursor.Take("in");

    private JinjaNode Sum() => Operators(Concatenation, "+", "-");

    private JinjaNode Concatenation() => Operators(Product, "~");

    private JinjaNode Product() => Operators(Unary, "*", "/", "//", "%", "**");

    private JinjaNode Operators(Func<JinjaNode> operand, params ReadOnlySpan<string> symbols)
    {
        var left = operand();
        while (cursor.Current.Kind is JinjaTokenKind.Symbol && symbols.Contains(cursor.Current.Text))
        {
            var (at, symbol) = (cursor.At, cursor.Current.Text);
            cursor.Advance();
            left = Chain(new JinjaNode.Binary(at, symbol, left, operand()));
        }

        return left;
    }

    private JinjaNode Unary() => Filtered(Signed());

    // A sign binds more tightly than a filter.
    private JinjaNode Signed()
    {
        var at = cursor.At;
        return cursor.Take("-") ? new JinjaNode.Negate(at, Deeper(Signed)) : cursor.Take("+") ? Deeper(Signed) : Postfix(Primary());
    }

    private JinjaNode Filtered(JinjaNode node)
    {
        while (true)
        {
            var at = cursor.At;
            if (cursor.Take("|"))
            {
                node = Chain(new JinjaNode.Filter(cursor.At, node, cursor.Name(), cursor.Take("(") ? Arguments(")") : []));
            }
            else if (cursor.Take("is"))
            {
                var isNegated = cursor.Take("not");
                var test = Chain(new JinjaNode.Test(cursor.At, node, cursor.Name(), cursor.Take("(") ? Arguments(")") : []));
                node = isNegated ? new JinjaNode.Not(at, test) : test;
            }
            else
            {
                return node;
            }
        }
    }

    private JinjaNode Postfix(JinjaNode node)
    {
        while (true)
        {
            var at = cursor.At;
            if (cursor.Take("."))
            {
                node = Chain(Dotted(node, at));
            }
            else if (cursor.Take("["))
            {
                node = Chain(Subscript(node, at));
            }
            else
            {
                return node;
            }
        }
    }

    private JinjaNode Dotted(JinjaNode node, int at)
    {
        if (cursor.Current.Kind is JinjaTokenKind.Number)
        {
            return new JinjaNode.Element(at, node, new JinjaNode.Literal(at, cursor.Advance().Text));
        }

        var name = cursor.Name();
        return cursor.Take("(") ? new JinjaNode.Call(at, node, name, Arguments(")")) : new JinjaNode.Member(at, node, name);
    }

    private JinjaNode Subscript(JinjaNode node, int at)
    {
        var from = cursor.IsAt(":") ? null : Read();
        if (!cursor.Take(":"))
        {
            cursor.Require("]");
            return new JinjaNode.Element(at, node, from!);
        }

        var to = cursor.IsAt("]") ? null : Read();
        cursor.Require("]");
        return new JinjaNode.Slice(at, node, from, to);
    }

    // A named argument stands for its value: no filter here has two that could be mistaken for each other.
    private ImmutableArray<JinjaNode> Arguments(string close)
    {
        var arguments = ImmutableArray.CreateBuilder<JinjaNode>();
        while (cursor.Error is null && !cursor.Take(close))
        {
            var argument = Read();
            if (argument is JinjaNode.Name && cursor.Take("="))
            {
                argument = Read();
            }

            arguments.Add(argument);
            if (!cursor.IsAt(close))
            {
                cursor.Require(",");
            }
        }

        return arguments.ToImmutable();
    }

    private JinjaNode Primary()
    {
        var token = cursor.Current;
        if (token.Kind is JinjaTokenKind.End)
        {
            cursor.Refuse("a value");
            return new JinjaNode.Literal(token.At, "null");
        }

        cursor.Advance();
        return token switch
        {
            { Kind: JinjaTokenKind.Number } => new JinjaNode.Literal(token.At, token.Text),
            { Kind: JinjaTokenKind.Text } => new JinjaNode.Literal(token.At, JinjaWriter.Quote(token.Text)),
            { Kind: JinjaTokenKind.Name, Text: "true" or "True" } => new JinjaNode.Literal(token.At, "true"),
            { Kind: JinjaTokenKind.Name, Text: "false" or "False" } => new JinjaNode.Literal(token.At, "false"),
            { Kind: JinjaTokenKind.Name, Text: "none" or "None" or "null" } => new JinjaNode.Literal(token.At, "null"),
            { Kind: JinjaTokenKind.Name } when !cursor.IsAt("(") => new JinjaNode.Name(token.At, token.Text),
            { Text: "(" } => Bracketed(),
            { Text: "[" } => new JinjaNode.ListOf(token.At, Arguments("]")),
            { Text: "{" } => Object(token.At),
            _ => Unexpected(token),
        };
    }

    private JinjaNode Bracketed()
    {
        var node = Read();
        cursor.Require(")");
        return node;
    }

    private JinjaNode.ObjectOf Object(int at)
    {
        var members = ImmutableArray.CreateBuilder<(JinjaNode, JinjaNode)>();
        while (cursor.Error is null && !cursor.Take("}"))
        {
            var key = Read();
            cursor.Require(":");
            members.Add((key, Read()));
            if (!cursor.IsAt("}"))
            {
                cursor.Require(",");
            }
        }

        return new JinjaNode.ObjectOf(at, members.ToImmutable());
    }

    private JinjaNode.Literal Unexpected(JinjaToken token)
    {
        cursor.Refuse(new JinjaError(token.At, $"Found {token.Describe()} where it cannot stand", "a value"));
        return new JinjaNode.Literal(token.At, "null");
    }
}
