using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Orleans.Agents.Values;

namespace Orleans.Agents.Expressions;

/// <summary>
/// One stretch of a template's output: bytes as they are, or what an expression yields, either as JSON at that depth of
/// nesting or as part of a text.
/// </summary>
internal readonly record struct TemplateSegment(
    ReadOnlyMemory<byte> Literal, Expression? Expression, bool IsInsideText, int Depth);

/// <summary>
/// Turns a JSON value into segments in one pass: what holds no expression is copied byte for byte.
/// </summary>
internal sealed class TemplateCompiler(Payload json, ExpressionNames names)
{
    private readonly List<(string? Name, int Index)> frames = [];
    private readonly ImmutableArray<TemplateSegment>.Builder segments = ImmutableArray.CreateBuilder<TemplateSegment>();
    private readonly ImmutableArray<TemplateError>.Builder errors = ImmutableArray.CreateBuilder<TemplateError>();
    private readonly ImmutableArray<TemplateExpression>.Builder expressions =
        ImmutableArray.CreateBuilder<TemplateExpression>();

    private readonly ArrayBufferWriter<byte> literal = new();
    private int copied;

    internal ImmutableArray<TemplateError> Errors => errors.ToImmutable();

    internal ImmutableArray<TemplateExpression> Expressions => expressions.ToImmutable();

    /// <summary>The segments; no two literals in a row.</summary>
    internal ImmutableArray<TemplateSegment> Compile()
    {
        var bytes = json.Utf8.Span;
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = Payload.MaxDepth });
        while (reader.Read())
        {
            Follow(ref reader);
            if (reader.TokenType is JsonTokenType.String && MayHoldExpression(ref reader))
            {
                AddText(Encoding.UTF8.GetString(RawText.Unescape(reader.ValueSpan)), ref reader);
            }
        }

        literal.Write(bytes[copied..]);
        Flush();
        return segments.ToImmutable();
    }

    private static bool MayHoldExpression(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped || reader.ValueSpan.IndexOf("${{"u8) >= 0;

    private void Follow(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                frames.RemoveAt(frames.Count - 1);
                return;
            case JsonTokenType.PropertyName:
                frames[^1] = (Encoding.UTF8.GetString(RawText.Unescape(reader.ValueSpan)), 0);
                return;
        }

        if (frames.Count > 0 && frames[^1].Name is null)
        {
            frames[^1] = (null, frames[^1].Index + 1);
        }

        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            frames.Add((null, -1));
        }
    }

    private void AddText(string text, ref Utf8JsonReader reader)
    {
        if (!text.Contains(TemplateText.Opening, StringComparison.Ordinal))
        {
            return;
        }

        literal.Write(json.Utf8.Span[copied..(int)reader.TokenStartIndex]);
        copied = (int)reader.BytesConsumed;
        var parts = TemplateText.Split(text);
        if (parts is [{ Kind: TemplatePartKind.Expression } only])
        {
            AddExpression(only, isInsideText: false);
            return;
        }

        literal.Write("\""u8);
        foreach (var part in parts)
        {
            AddPart(part);
        }

        literal.Write("\""u8);
    }

    private void AddPart(TemplatePart part)
    {
        switch (part.Kind)
        {
            case TemplatePartKind.Literal:
                using (var escaped = new JsonOutput(int.MaxValue))
                {
                    escaped.WriteEscaped(Encoding.UTF8.GetBytes(part.Text));
                    literal.Write(escaped.Written);
                }

                break;
            case TemplatePartKind.Expression:
                AddExpression(part, isInsideText: true);
                break;
            default:
                var error = new ExpressionError(
                    ExpressionCodes.Syntax,
                    0,
                    part.Text.Length,
                    "This `${{` has no end.",
                    "`}}`, or `$${{` for the text itself");
                errors.Add(new TemplateError(Path(), part.Offset, error));
                break;
        }
    }

    private void AddExpression(TemplatePart part, bool isInsideText)
    {
        if (!Expression.TryParse(part.Text, names, out var expression, out var error))
        {
            errors.Add(new TemplateError(Path(), part.Offset + error.Offset, error));
            return;
        }

        Flush();
        expressions.Add(new TemplateExpression(Path(), part.Offset, expression));
        segments.Add(new TemplateSegment(default, expression, isInsideText, frames.Count));
    }

    private void Flush()
    {
        if (literal.WrittenCount > 0)
        {
            segments.Add(new TemplateSegment(literal.WrittenSpan.ToArray(), null, IsInsideText: false, 0));
            literal.ResetWrittenCount();
        }
    }

    private ImmutableArray<string> Path() =>
        [.. frames.Select(frame => frame.Name ?? frame.Index.ToString(CultureInfo.InvariantCulture))];
}
