using System.Globalization;
using System.Text;

namespace Orleans.Agents.Expressions;

/// <summary>
/// Cuts an expression's text into tokens, one at a time, because what a dash is depends on what came before it.
/// </summary>
internal sealed class Lexer(string source)
{
    private static readonly string[] LongSymbols = ["==", "!=", "<=", ">=", "&&", "||"];

    private int position;

    /// <summary>Why the last token could not be read.</summary>
    internal ExpressionError? Error { get; private set; }

    internal bool TryNext(out Token token)
    {
        SkipSpace();
        if (position == source.Length)
        {
            token = new Token(TokenKind.End, new Extent(position, 0), "");
            return true;
        }

        var first = source[position];
        return char.IsAsciiDigit(first) ? TryNumber(out token)
            : IsNameStart(first) ? Name(allowsDash: false, out token)
            : first is '\'' or '"' ? TryText(first, out token)
            : TrySymbol(out token);
    }

    /// <summary>Reads what stands after a dot: a name, which may hold dashes, or digits.</summary>
    internal bool TryNextMember(out Token token)
    {
        SkipSpace();
        var start = position;
        if (position < source.Length && IsNameStart(source[position]))
        {
            return Name(allowsDash: true, out token);
        }

        while (position < source.Length && char.IsAsciiDigit(source[position]))
        {
            position++;
        }

        token = Take(TokenKind.Name, start);
        return position > start || Refuse(
            new Extent(start, Math.Min(1, source.Length - start)),
            "A `.` is followed by the name of a member or by an index.",
            "a name or digits; `[\"…\"]` for a name with other characters");
    }

    private static bool IsNameStart(char letter) => letter == '_' || char.IsLetter(letter);

    private static bool IsNamePart(char letter) => IsNameStart(letter) || char.IsAsciiDigit(letter);

    private void SkipSpace()
    {
        while (position < source.Length && source[position] is ' ' or '\t' or '\r' or '\n')
        {
            position++;
        }
    }

    private Token Take(TokenKind kind, int start) =>
        new(kind, new Extent(start, position - start), source[start..position]);

    private bool Refuse(Extent at, string message, string? expected = null, string? suggestion = null)
    {
        Error = new ExpressionError(ExpressionCodes.Syntax, at.Offset, at.Length, message, expected, suggestion);
        return false;
    }

    private bool Name(bool allowsDash, out Token token)
    {
        var start = position;
        while (position < source.Length && (IsNamePart(source[position]) || (allowsDash && IsInnerDash())))
        {
            position++;
        }

        token = Take(TokenKind.Name, start);
        var symbol = allowsDash ? null : token.Text switch
        {
            "and" => "&&",
            "or" => "||",
            "not" or "in" => token.Text,
            _ => null,
        };
        token = symbol is null ? token : token with { Kind = TokenKind.Symbol, Text = symbol };
        return true;
    }

    private bool IsInnerDash() =>
        source[position] == '-' && position + 1 < source.Length && IsNamePart(source[position + 1]);

    private bool TryNumber(out Token token)
    {
        var start = position;
        SkipDigits();
        if (position + 1 < source.Length && source[position] == '.' && char.IsAsciiDigit(source[position + 1]))
        {
            position++;
            SkipDigits();
        }

        token = Take(TokenKind.Number, start);
        if (position < source.Length && (IsNamePart(source[position]) || source[position] == '.'))
        {
            return Refuse(
                new Extent(position, 1), "This cannot follow a number directly.", "digits with at most one point");
        }

        var leadsWithZero = source[start] == '0' && token.Text.Length > 1 && token.Text[1] != '.';
        return !leadsWithZero || Refuse(
            token.At, "A number does not begin with a zero that means nothing.", suggestion: token.Text.TrimStart('0'));
    }

    private void SkipDigits()
    {
        while (position < source.Length && char.IsAsciiDigit(source[position]))
        {
            position++;
        }
    }

    private bool TrySymbol(out Token token)
    {
        var start = position;
        var symbol = LongSymbols.FirstOrDefault(one => source.AsSpan(start).StartsWith(one, StringComparison.Ordinal));
        position += symbol?.Length ?? 1;
        token = Take(TokenKind.Symbol, start);
        if (symbol is not null || "()[]{},:.?<>!+-*/%".Contains(source[start], StringComparison.Ordinal))
        {
            return true;
        }

        var meant = source[start] switch { '=' => "==", '&' => "&&", '|' => "||", _ => null };
        return Refuse(token.At, $"`{Printable(source[start])}` means nothing here.", "an operator or a value", meant);
    }

    private bool TryText(char quote, out Token token)
    {
        var start = position++;
        var text = new StringBuilder();
        token = default;
        while (position < source.Length && source[position] != quote)
        {
            if (source[position] != '\\')
            {
                text.Append(source[position++]);
            }
            else if (!TryEscape(text))
            {
                return false;
            }
        }

        if (position == source.Length)
        {
            return Refuse(new Extent(start, position - start), "This text has no end.", $"`{quote}`");
        }

        position++;
        token = new Token(TokenKind.Text, new Extent(start, position - start), text.ToString());
        return !HasBrokenSurrogate(token.Text) || Refuse(
            token.At, "This text holds half of a surrogate pair.", "both halves: \\uD83D\\uDE00");
    }

    private bool TryEscape(StringBuilder text)
    {
        var start = position;
        position = Math.Min(position + 2, source.Length);
        var letter = start + 1 < source.Length ? source[start + 1] : '\0';
        if (letter == 'u' && start + 6 <= source.Length
            && ushort.TryParse(
                source.AsSpan(start + 2, 4),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out var unit))
        {
            text.Append((char)unit);
            position = start + 6;
            return true;
        }

        if (letter is not ('n' or 't' or '\\' or '\'' or '"'))
        {
            return Refuse(
                new Extent(start, position - start),
                "This escape is not known.",
                "\\n \\t \\\\ \\' \\\" or \\u with four hexadecimal digits",
                char.IsAsciiLetter(letter) && letter != 'u' ? $"\\\\{letter}" : null);
        }

        text.Append(letter switch { 'n' => '\n', 't' => '\t', var same => same });
        return true;
    }

    private static bool HasBrokenSurrogate(string text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            if (char.IsSurrogate(text[index])
                && (index + 1 == text.Length || !char.IsSurrogatePair(text[index], text[++index])))
            {
                return true;
            }
        }

        return false;
    }

    private static string Printable(char letter) =>
        char.IsControl(letter) || char.IsSurrogate(letter) ? $"U+{(int)letter:X4}" : letter.ToString();
}
