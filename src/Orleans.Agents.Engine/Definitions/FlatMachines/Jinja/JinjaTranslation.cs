using System.Collections.Immutable;

namespace Orleans.Agents.Definitions.FlatMachines.Jinja;

/// <summary>Writes a whole template as one of ours.</summary>
internal sealed class JinjaTranslation
{
    private readonly Emission to = new();
    private JinjaNames names;
    private int loops;

    private JinjaTranslation(JinjaNames names) => this.names = names;

    /// <summary>What a template is in our language; what is wrong with it where something is.</summary>
    public static Emission Of(string template, JinjaNames names)
    {
        var pieces = JinjaTemplate.Read(template, out var error);
        var translation = new JinjaTranslation(names);
        if (error is null)
        {
            translation.Write(pieces);
        }
        else
        {
            translation.to.Refuse(error);
        }

        return translation.to;
    }

    /// <summary>What a condition is in our language.</summary>
    public static Emission OfCondition(string condition, JinjaNames names)
    {
        var to = new Emission();
        var cursor = new JinjaCursor(condition, 0, condition.Length);
        var node = new JinjaParser(cursor).ReadAll();
        if (cursor.Error is { } error)
        {
            to.Refuse(error);
        }
        else
        {
            new JinjaWriter(to, names).Truth(node);
        }

        return to;
    }

    /// <summary>What an expression without braces is in our language, as a template.</summary>
    public static Emission OfPath(string path, JinjaNames names)
    {
        var to = new Emission().Write("${{ ");
        new JinjaWriter(to, names).Value(new JinjaParser(new JinjaCursor(path, 0, path.Length)).ReadAll());
        return to.Write(" }}");
    }

    private void Write(ImmutableArray<JinjaPiece> pieces)
    {
        // What JSON would be made of and read from at once stays what it is.
        if (pieces is [JinjaPiece.Output { Value: JinjaNode.Filter { Called: "tojson" or "fromjson", Of: var of } } only])
        {
            pieces = [only with { Value = of }];
        }

        foreach (var (piece, following) in pieces.Zip(pieces.Skip(1).Append(null)))
        {
            switch (piece)
            {
                case JinjaPiece.Text text:
                    var isSplit = following is not (null or JinjaPiece.Text) && text.Says.EndsWith('$');
                    to.Write(Escape(isSplit ? text.Says[..^1] : text.Says));
                    to.Write(isSplit ? "${{ '$' }}" : "");
                    break;
                case JinjaPiece.Set set:
                    Bind(set);
                    break;
                default:
                    to.Write("${{ ");
                    Value(piece);
                    to.Write(" }}");
                    break;
            }
        }
    }

    private static string Escape(string text) => text.Replace("${{", "$${{", StringComparison.Ordinal);

    private void Value(JinjaPiece piece)
    {
        switch (piece)
        {
            case JinjaPiece.Text text:
                to.Write(JinjaWriter.Quote(text.Says));
                break;
            case JinjaPiece.Output output:
                Writer.Value(output.Value);
                break;
            case JinjaPiece.If either:
                If(either);
                break;
            case JinjaPiece.For each:
                For(each);
                break;
            default:
                throw new System.Diagnostics.UnreachableException(piece.GetType().Name);
        }
    }

    private JinjaWriter Writer => new(to, names);

    private void If(JinjaPiece.If either)
    {
        to.Write("(");
        foreach (var (when, body) in either.Ways)
        {
            if (when is null)
            {
                Body(body);
                to.Write(")");
                return;
            }

            Writer.Truth(when);
            to.Write(" ? ");
            Body(body);
            to.Write(" : ");
        }

        to.Write("'')");
    }

    private void For(JinjaPiece.For each)
    {
        var outside = names;
        var one = $"each{++loops}";
        var isItems = each.In is JinjaNode.Call { Method: "items", Arguments.IsEmpty: true };
        var source = each.In is JinjaNode.Call { Of: var of } && isItems ? of : each.In;
        var list = new Emission();
        new JinjaWriter(list, names).Value(source);
        var (first, second) = isItems ? ($"{one}.name", $"{one}.value") : ($"at({one}.value, 0)", $"at({one}.value, 1)");
        var inside = names.With("loop", $"{one}\n{list.Text}");
        inside = each.Names.Length == 1
            ? inside.With(each.Names[0], $"default({one}.name, {one}.value)")
            : inside.With(each.Names[0], first).With(each.Names[1], second);

        to.Write("join(entries(");
        Writer.Value(source);
        names = inside;
        if (each.Only is { } condition)
        {
            to.Write($").filter({one}, ");
            Writer.Truth(condition);
        }

        to.Write($").map({one}, ");
        Body(each.Body);
        to.Write("), '')");
        names = outside;
    }

    private void Body(ImmutableArray<JinjaPiece> pieces)
    {
        var outside = names;
        var values = pieces.Where(p => p is not JinjaPiece.Set).ToArray();
        to.Write(values.Length == 0 ? "''" : values.Length == 1 ? "" : "join([");
        var isFirst = true;
        foreach (var piece in pieces)
        {
            if (piece is JinjaPiece.Set set)
            {
                Bind(set);
                continue;
            }

            to.Write(isFirst ? "" : ", ");
            Value(piece);
            isFirst = false;
        }

        to.Write(values.Length > 1 ? "], '')" : "");
        names = outside;
    }

    private void Bind(JinjaPiece.Set set)
    {
        var value = new Emission();
        new JinjaWriter(value, names).Value(set.Value);
        names = names.With(set.Name, value.Text);
        if (value.Error is { } error)
        {
            to.Refuse(error);
        }
    }
}
