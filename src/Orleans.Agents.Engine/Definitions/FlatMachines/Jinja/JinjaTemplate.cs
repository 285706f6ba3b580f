using System.Collections.Immutable;

namespace Orleans.Agents.Definitions.FlatMachines.Jinja;

/// <summary>Reads a template: text with <c>{{ }}</c>, <c>{% %}</c> and <c>{# #}</c> in it.</summary>
internal sealed class JinjaTemplate
{
    private const int MaxNesting = 30;

    private static readonly string[] Ends = ["elif", "else", "endif", "endfor"];

    private readonly string source;
    private readonly List<JinjaSection> sections;
    private int next;
    private int nesting;

    private JinjaTemplate(string source)
    {
        this.source = source;
        sections = JinjaSections.Of(source, out var error);
        Error = error;
    }

    private JinjaError? Error { get; set; }

    /// <summary>Whether a text is more than text.</summary>
    public static bool IsOne(string text) =>
        text.Contains("{{", StringComparison.Ordinal)
        || text.Contains("{%", StringComparison.Ordinal)
        || text.Contains("{#", StringComparison.Ordinal);

    /// <summary>The parts of a template; what is wrong with it where something is.</summary>
    public static ImmutableArray<JinjaPiece> Read(string source, out JinjaError? error)
    {
        var reading = new JinjaTemplate(source);
        var pieces = reading.Body(out var end);
        if (end is { } stray)
        {
            reading.Refuse(stray.Start, $"Nothing is open that `{stray.Word}` could end");
        }

        error = reading.Error;
        return pieces;
    }

    // The parts up to a word that ends or divides a block, which is not among them.
    private ImmutableArray<JinjaPiece> Body(out JinjaSection? end)
    {
        var pieces = ImmutableArray.CreateBuilder<JinjaPiece>();
        end = null;
        if (++nesting > MaxNesting)
        {
            Refuse(sections[next - 1].Start, $"Blocks nest at most {MaxNesting} deep");
        }

        while (Error is null && next < sections.Count)
        {
            var section = sections[next++];
            if (section.Kind is JinjaSectionKind.Statement && Ends.Contains(section.Word))
            {
                end = section;
                break;
            }

            if (section.Kind is JinjaSectionKind.Text)
            {
                pieces.Add(new JinjaPiece.Text(section.Start, section.Says(source)));
            }
            else if (section.Kind is JinjaSectionKind.Output)
            {
                pieces.Add(new JinjaPiece.Output(section.Start, Expression(section.Start, section.End)));
            }
            else if (Statement(section) is { } statement)
            {
                pieces.Add(statement);
            }
        }

        nesting--;
        return pieces.ToImmutable();
    }

    private JinjaPiece? Statement(JinjaSection section)
    {
        switch (section.Word)
        {
            case "if":
                return If(section);
            case "for":
                return For(section);
            case "set":
                var cursor = new JinjaCursor(source, section.AfterWord, section.End);
                var name = cursor.Name();
                cursor.Require("=");
                var value = new JinjaParser(cursor).ReadAll();
                Error ??= cursor.Error;
                return new JinjaPiece.Set(section.Start, name, value);
            default:
                Error ??= new JinjaError(
                    section.Start,
                    $"`{{% {section.Word} %}}` has no equal here",
                    "if, elif, else, for, set or an expression",
                    Expressions.NearestName.Of(section.Word, ["if", "elif", "else", "endif", "for", "endfor", "set"]));
                return null;
        }
    }

    private JinjaPiece.If If(JinjaSection section)
    {
        var ways = ImmutableArray.CreateBuilder<(JinjaNode?, ImmutableArray<JinjaPiece>)>();
        var at = section;
        while (true)
        {
            var when = at.Word == "else" ? null : Expression(at.AfterWord, at.End);
            ways.Add((when, Body(out var end)));
            if (Error is not null || end is null || end.Word == "endif" || at.Word == "else")
            {
                Close(section, end, "endif");
                return new JinjaPiece.If(section.Start, ways.ToImmutable());
            }

            at = end;
        }
    }

    private JinjaPiece.For For(JinjaSection section)
    {
        var cursor = new JinjaCursor(source, section.AfterWord, section.End);
        var names = ImmutableArray.Create(cursor.Name());
        while (cursor.Take(","))
        {
            names = names.Add(cursor.Name());
        }

        cursor.Require("in");
        var parser = new JinjaParser(cursor);
        var list = parser.ReadUnconditional();
        var condition = cursor.Take("if") ? parser.Read() : null;
        if (!cursor.IsAtEnd || names.Length > 2)
        {
            cursor.Refuse("`for item in list` or `for name, value in object.items()`");
        }

        Error ??= cursor.Error;
        var body = Body(out var end);
        Close(section, end, "endfor");
        return new JinjaPiece.For(section.Start, names, list, condition, body);
    }

    private void Close(JinjaSection opened, JinjaSection? end, string wanted)
    {
        if (end?.Word != wanted)
        {
            Refuse(opened.Start, $"`{opened.Word}` is not closed where it should be", $"{{% {wanted} %}}");
        }
    }

    private JinjaNode Expression(int start, int end)
    {
        var cursor = new JinjaCursor(source, start, end);
        var node = new JinjaParser(cursor).ReadAll();
        Error ??= cursor.Error;
        return node;
    }

    private void Refuse(int at, string message, string? expected = null) =>
        Error ??= new JinjaError(at, message, expected);
}
