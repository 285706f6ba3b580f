using System.Diagnostics.CodeAnalysis;
using System.Text;
using Orleans.Agents.Values;

namespace Orleans.Agents.Expressions;

/// <summary>The functions on texts.</summary>
internal static class TextFunctions
{
    // What compiling a pattern costs, in nodes visited: about 100 µs.
    private const int PatternFuel = 1_000;

    // One unit of work is this many places of a pattern tried on one character: about 0.3 µs each at worst.
    private const int TriesPerFuel = 4;

    // One unit of work is this many bytes of text changed letter by letter.
    private const int LettersPerFuel = 16;

    internal static bool Matches(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value)
    {
        value = default;
        if (!TryGetPattern(arguments, call, ref at, out var pattern, out var text))
        {
            return false;
        }

        value = Value.FromBoolean(pattern.Regex.IsMatch(text));
        return true;
    }

    internal static bool Find(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value)
    {
        value = default;
        if (!TryGetPattern(arguments, call, ref at, out var pattern, out var text))
        {
            return false;
        }

        var match = pattern.Regex.Match(text);
        var found = match.Groups.Count > 1 ? match.Groups[1] : match;
        return !found.Success || at.Made(Encoding.UTF8.GetBytes(found.Value), call, out value);
    }

    private static bool TryGetPattern(
        ReadOnlySpan<Value> arguments,
        Node.Call call,
        ref Evaluation at,
        [NotNullWhen(true)] out Pattern? pattern,
        [NotNullWhen(true)] out string? text)
    {
        arguments[0].TryGetText(out text);
        pattern = call.Pattern;
        if (pattern is null)
        {
            arguments[1].TryGetText(out var source);
            if (!at.Burn(PatternFuel, call))
            {
                return false;
            }

            if (!Pattern.TryCompile(source!, out pattern, out var problem))
            {
                return at.Fail(ExpressionCodes.Type, call.Arguments[1], problem);
            }
        }

        return at.Burn((long)text!.Length * pattern.Size / TriesPerFuel, call);
    }

    internal static bool Lower(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value) =>
        Change(arguments[0], Rune.ToLowerInvariant, call, ref at, out value);

    internal static bool Upper(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value) =>
        Change(arguments[0], Rune.ToUpperInvariant, call, ref at, out value);

    internal static bool Trim(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value)
    {
        var text = arguments[0].TextBytes();
        while (!text.IsEmpty && Rune.DecodeFromUtf8(text.Span, out var first, out var length) is var _
            && Rune.IsWhiteSpace(first))
        {
            text = text[length..];
        }

        while (!text.IsEmpty && Rune.DecodeLastFromUtf8(text.Span, out var last, out var length) is var _
            && Rune.IsWhiteSpace(last))
        {
            text = text[..^length];
        }

        return at.Made(text, call, out value);
    }

    internal static bool Split(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value)
    {
        value = default;
        var text = arguments[0].TextBytes();
        var separator = arguments[1].TextBytes().Span;
        var parts = new List<Value>();
        while (NextPart(text.Span, separator) is { } length)
        {
            if (!at.Burn(1, call))
            {
                return false;
            }

            parts.Add(Value.FromText(text[..length]));
            text = text[(length + separator.Length)..];
        }

        if (!separator.IsEmpty || !text.IsEmpty)
        {
            parts.Add(Value.FromText(text));
        }

        return at.Made([.. parts], call, out value);
    }

    internal static bool Join(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value)
    {
        value = default;
        using var output = new JsonOutput(ExpressionLimits.MaxBytes);
        var separator = arguments[1].TextBytes().Span;
        var isFirst = true;
        foreach (ref readonly var element in arguments[0].Elements().AsSpan())
        {
            if (!at.Burn(1, call))
            {
                return false;
            }

            output.Write(isFirst ? [] : separator);
            element.WriteTextTo(output);
            isFirst = false;
        }

        return output.IsOverLimit
            ? at.Produce(long.MaxValue / 2, call)
            : at.Made(output.ToArray(), call, out value);
    }

    // Without a separator a part is one code point, and the last of them is left for the end.
    private static int? NextPart(ReadOnlySpan<byte> text, ReadOnlySpan<byte> separator)
    {
        if (!separator.IsEmpty)
        {
            return text.IndexOf(separator) is var found && found < 0 ? null : found;
        }

        Rune.DecodeFromUtf8(text, out _, out var length);
        return length < text.Length ? length : null;
    }

    private static bool Change(
        in Value argument, Func<Rune, Rune> change, Node.Call call, ref Evaluation at, out Value value)
    {
        var text = argument.TextBytes().Span;
        value = default;
        if (!at.Burn(text.Length / LettersPerFuel, call))
        {
            return false;
        }

        using var output = new JsonOutput(ExpressionLimits.MaxBytes);
        Span<byte> letter = stackalloc byte[4];
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out var rune, out var length);
            output.Write(letter[..change(rune).EncodeToUtf8(letter)]);
            text = text[length..];
        }

        return output.IsOverLimit
            ? at.Produce(long.MaxValue / 2, call)
            : at.Made(output.ToArray(), call, out value);
    }
}
