using System.Collections.Immutable;
using System.Text;

namespace Orleans.Agents.Expressions;

/// <summary>
/// Part of a text of a template: literal text, what stands between <c>${{</c> and <c>}}</c>, or a <c>${{</c> without
/// end.
/// </summary>
internal readonly record struct TemplatePart(TemplatePartKind Kind, string Text, int Offset);

internal enum TemplatePartKind
{
    Literal,
    Expression,
    Unclosed,
}

/// <summary>Finds the expressions in a text.</summary>
internal static class TemplateText
{
    internal const string Opening = "${{";
    private const string Escaped = "$${{";

    /// <summary>Cuts a text up. There is never more than one literal in a row, and none is empty.</summary>
    internal static ImmutableArray<TemplatePart> Split(string text)
    {
        var parts = ImmutableArray.CreateBuilder<TemplatePart>();
        var literal = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var rest = text.AsSpan(at);
            if (rest.StartsWith(Escaped, StringComparison.Ordinal))
            {
                literal.Append(Opening);
                at += Escaped.Length;
            }
            else if (rest.StartsWith(Opening, StringComparison.Ordinal))
            {
                AddLiteral(parts, literal);
                parts.Add(Expression(text, at, out at));
            }
            else
            {
                literal.Append(text[at++]);
            }
        }

        AddLiteral(parts, literal);
        return parts.ToImmutable();
    }

    private static void AddLiteral(ImmutableArray<TemplatePart>.Builder parts, StringBuilder literal)
    {
        if (literal.Length > 0)
        {
            parts.Add(new TemplatePart(TemplatePartKind.Literal, literal.ToString(), 0));
            literal.Clear();
        }
    }

    private static TemplatePart Expression(string text, int opening, out int next)
    {
        var start = opening + Opening.Length;
        if (End(text, start) is not { } end)
        {
            next = text.Length;
            return new TemplatePart(TemplatePartKind.Unclosed, text[opening..], opening);
        }

        next = end + 2;
        var inner = text[start..end];
        var trimmed = inner.TrimStart(' ', '\t', '\r', '\n');
        return new TemplatePart(
            TemplatePartKind.Expression, trimmed.TrimEnd(' ', '\t', '\r', '\n'), start + inner.Length - trimmed.Length);
    }

    // Braces of objects and anything inside quotes belong to the expression.
    private static int? End(string text, int start)
    {
        var depth = 0;
        for (var at = start; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '{':
                    depth++;
                    break;
                case '}' when depth > 0:
                    depth--;
                    break;
                case '}' when at + 1 < text.Length && text[at + 1] == '}':
                    return at;
                case '\'' or '"':
                    at = Quoted(text, at);
                    break;
            }
        }

        return null;
    }

    private static int Quoted(string text, int start)
    {
        var at = start + 1;
        while (at < text.Length && text[at] != text[start])
        {
            at += text[at] == '\\' ? 2 : 1;
        }

        return at;
    }
}
