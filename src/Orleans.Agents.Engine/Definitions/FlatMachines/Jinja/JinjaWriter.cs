using System.Text;
using static Orleans.Agents.Definitions.FlatMachines.Jinja.JinjaNode;

namespace Orleans.Agents.Definitions.FlatMachines.Jinja;

/// <summary>Writes what an expression of a template means in our own language, where truth is a boolean and nothing else.</summary>
internal sealed class JinjaWriter(Emission to, JinjaNames names)
{
    private const string Nothing = "[null, false, 0, '', [], {}]";
    private const string Loop = "loop";

    /// <summary>A text as a literal of our language.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("'");
        foreach (var letter in text)
        {
            quoted.Append(letter switch
            {
                '\\' => "\\\\",
                '\'' => "\\'",
                '\n' => "\\n",
                '\t' => "\\t",
                _ when char.IsControl(letter) => $"\\u{(int)letter:x4}",
                _ => letter.ToString(),
            });
        }

        return quoted.Append('\'').ToString();
    }

    /// <summary>Writes an expression for its value.</summary>
    public void Value(JinjaNode node)
    {
        switch (node)
        {
            case Literal literal:
                to.Write(literal.Written);
                break;
            case Name name:
                WriteName(name);
                break;
            case Member member:
                WriteMember(member);
                break;
            case Element element:
                WriteElement(element);
                break;
            case Slice slice:
                Call("slice", slice.Of, slice.From ?? new Literal(slice.At, "0"), slice.To);
                break;
            case Call call:
                new JinjaFunctions(to, this).Method(call);
                break;
            case Filter filter:
                new JinjaFunctions(to, this).Filter(filter);
                break;
            case Test test:
                new JinjaFunctions(to, this).Test(test);
                break;
            case Not not:
                to.Write("!");
                Truth(not.Of);
                break;
            case Negate negate:
                Between("(-", negate.Of, ")");
                break;
            case Logical logical:
                WriteLogical(logical);
                break;
            case Binary binary:
                WriteBinary(binary);
                break;
            case Choice choice:
                to.Write("(");
                Truth(choice.When);
                Between(" ? ", choice.Then, " : ");
                Between("", choice.Otherwise, ")");
                break;
            case ListOf list:
                WriteList(list);
                break;
            case ObjectOf map:
                WriteObject(map);
                break;
            default:
                throw new System.Diagnostics.UnreachableException(node.GetType().Name);
        }
    }

    /// <summary>Writes whether an expression counts as true: whether it is anything but nothing, zero or empty.</summary>
    public void Truth(JinjaNode node)
    {
        switch (node)
        {
            case Logical logical:
                var symbol = "(";
                foreach (var operand in logical.Operands)
                {
                    to.Write(symbol);
                    Truth(operand);
                    symbol = logical.IsAnd ? " && " : " || ";
                }

                to.Write(")");
                break;
            case Choice choice:
                to.Write("(");
                Truth(choice.When);
                to.Write(" ? ");
                Truth(choice.Then);
                to.Write(" : ");
                Truth(choice.Otherwise);
                to.Write(")");
                break;
            case var _ when IsBoolean(node):
                Value(node);
                break;
            default:
                Between("!(", node, $" in {Nothing})");
                break;
        }
    }

    public void Between(string before, JinjaNode node, string after)
    {
        to.Write(before);
        Value(node);
        to.Write(after);
    }

    /// <summary>Writes a call of one of our functions; arguments that are not there are left out.</summary>
    public void Call(string function, params ReadOnlySpan<JinjaNode?> arguments)
    {
        var before = $"{function}(";
        foreach (var argument in arguments)
        {
            if (argument is not null)
            {
                Between(before, argument, "");
                before = ", ";
            }
        }

        to.Write(")");
    }

    private static bool IsBoolean(JinjaNode node) => node switch
    {
        Binary binary => binary.Symbol is "==" or "!=" or "<" or "<=" or ">" or ">=" or "in",
        Not or Test or Literal { Written: "true" or "false" } => true,
        Logical logical => logical.Operands.All(IsBoolean),
        Call call => call.Method is "startswith" or "endswith",
        _ => false,
    };

    private void WriteName(Name name)
    {
        to.Mark(name.At);
        to.Write(names.Bound.TryGetValue(name.Text, out var bound) ? bound
            : name.Text == Expressions.ScopeNames.Output ? names.IsText ? $"{{content: {names.Output}}}" : names.Output
            : name.Text == "content" && names.KnowsContent ? names.IsText ? names.Output : $"{names.Output}.content"
            : name.Text);
    }

    private void WriteMember(Member member)
    {
        to.Mark(member.At);
        if (member.Of is Name { Text: Expressions.ScopeNames.Output } && names.IsText)
        {
            to.Write(member.Named == "content" ? names.Output : "null");
        }
        else if (member.Of is Name { Text: Loop } loop && names.Bound.TryGetValue(Loop, out var each))
        {
            WriteLoop(member.Named, each, loop.At);
        }
        else
        {
            Between("", member.Of, $".{member.Named}");
        }
    }

    private void WriteLoop(string named, string each, int at)
    {
        var parts = each.Split('\n');
        to.Write(named switch
        {
            "index" => $"({parts[0]}.index + 1)",
            "index0" => $"{parts[0]}.index",
            "first" => $"({parts[0]}.index == 0)",
            "last" => $"({parts[0]}.index == size({parts[1]}) - 1)",
            "length" => $"size({parts[1]})",
            _ => "null",
        });
        if (named is not ("index" or "index0" or "first" or "last" or "length"))
        {
            to.Refuse(new JinjaError(at, $"`loop.{Sources.Node.Shorten(named)}` has no equal here", "index, index0, first, last, length"));
        }
    }

    private void WriteElement(Element element)
    {
        if (element.Key is Literal { Written: ['\'', ..] } key)
        {
            Between("", element.Of, $"[{key.Written}]");
        }
        else
        {
            Call("at", element.Of, element.Key);
        }
    }

    // `a or b` is the first that counts as true, else the last; `and` the first that does not.
    private void WriteLogical(Logical logical)
    {
        if (IsBoolean(logical))
        {
            Truth(logical);
            return;
        }

        foreach (var operand in logical.Operands.SkipLast(1))
        {
            to.Write(logical.IsAnd ? "(!" : "(");
            Truth(operand);
            Between(" ? ", operand, " : ");
        }

        Between("", logical.Operands[^1], new string(')', logical.Operands.Length - 1));
    }

    private void WriteBinary(Binary binary)
    {
        to.Mark(binary.At);
        switch (binary.Symbol)
        {
            case "~":
                Between("join([", binary.Left, ", ");
                Between("", binary.Right, "], '')");
                break;
            case "//":
                // Rounded down, also below zero.
                Between("((", binary.Left, " - ((");
                Between("", binary.Left, " % ");
                Between("", binary.Right, ") + ");
                Between("", binary.Right, ") % ");
                Between("", binary.Right, ") / ");
                Between("", binary.Right, ")");
                break;
            case "in":
                Between("(", binary.Left, " in ");
                Between("default(", binary.Right, ", []))");
                break;
            case "**":
                to.Refuse(new JinjaError(binary.At, "`**` has no equal here", "+ - * / // %"));
                break;
            default:
                Between("(", binary.Left, $" {binary.Symbol} ");
                Between("", binary.Right, ")");
                break;
        }
    }

    private void WriteList(ListOf list)
    {
        to.Write("[");
        for (var i = 0; i < list.Items.Length; i++)
        {
            Between(i == 0 ? "" : ", ", list.Items[i], "");
        }

        to.Write("]");
    }

    private void WriteObject(ObjectOf map)
    {
        to.Write("{");
        for (var i = 0; i < map.Members.Length; i++)
        {
            var (key, value) = map.Members[i];
            if (key is not Literal { Written: ['\'', ..] written })
            {
                to.Refuse(new JinjaError(key.At, "Names of an object are texts here", "a name in quotes"));
                continue;
            }

            Between($"{(i == 0 ? "" : ", ")}{written}: ", value, "");
        }

        to.Write("}");
    }
}
