using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Orleans.Agents.Schemas.Patterns;

/// <summary>Reads the pieces of an ECMAScript expression.</summary>
internal sealed class EcmaReader(string source)
{
    private int at;

    public bool IsAtEnd => at >= source.Length;

    /// <summary>The names of all capturing groups in order, null for those without.</summary>
    public static List<string?> FindGroups(string source)
    {
        var groups = new List<string?>();
        var isInClass = false;
        for (var i = 0; i < source.Length; i++)
        {
            switch (source[i])
            {
                case '\\':
                    i++;
                    break;
                case '[':
                    isInClass = true;
                    break;
                case ']':
                    isInClass = false;
                    break;
                case '(' when !isInClass && !source.AsSpan(i + 1).StartsWith("?"):
                    groups.Add(null);
                    break;
                case '(' when !isInClass && source.AsSpan(i + 1).StartsWith("?<")
                    && !source.AsSpan(i + 3).StartsWith("=") && !source.AsSpan(i + 3).StartsWith("!"):
                    var end = source.IndexOf('>', i);
                    groups.Add(end < 0 ? null : source[(i + 3)..end]);
                    break;
                default:
                    break;
            }
        }

        return groups;
    }

    /// <summary>The letter at a distance; NUL beyond the end.</summary>
    public char Peek(int distance = 0) => at + distance < source.Length ? source[at + distance] : '\0';

    public void Skip(int count) => at += count;

    public string Rest(int length) => source.Substring(at, Math.Min(length, source.Length - at));

    public bool TrySkip(string text)
    {
        if (!source.AsSpan(at).StartsWith(text))
        {
            return false;
        }

        at += text.Length;
        return true;
    }

    public string ReadUntil(char end)
    {
        var length = source.AsSpan(at).IndexOf(end);
        if (length < 0)
        {
            throw new FormatException($"'{end}' is missing after '{Rest(20)}'");
        }

        var text = source.Substring(at, length);
        at += length + 1;
        return text;
    }

    public int ReadInteger()
    {
        var start = at;
        while (char.IsAsciiDigit(Peek()))
        {
            at++;
        }

        var digits = source.AsSpan(start, at - start);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : int.MaxValue;
    }

    /// <summary>Reads <c>{2}</c>, <c>{2,}</c> or <c>{2,3}</c>; anything else stays.</summary>
    public bool TryReadRepetition([NotNullWhen(true)] out string? repetition)
    {
        repetition = null;
        var end = source.IndexOf('}', at);
        if (end < 0)
        {
            return false;
        }

        var inside = source.AsSpan(at + 1, end - at - 1);
        var comma = inside.IndexOf(',');
        var least = comma < 0 ? inside : inside[..comma];
        var most = comma < 0 ? [] : inside[(comma + 1)..];
        if (least.Length == 0 || least.ContainsAnyExceptInRange('0', '9') || most.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        repetition = source[at..(end + 1)];
        at = end + 1;
        return true;
    }

    /// <summary>Reads one letter that stands for itself, in whole.</summary>
    public int ReadLetter()
    {
        var first = source[at++];
        return char.IsHighSurrogate(first) && char.IsLowSurrogate(Peek())
            ? char.ConvertToUtf32(first, source[at++])
            : first;
    }

    /// <summary>Reads an escape that stands for a set: <c>\d</c>, <c>\p{Letter}</c> and their like.</summary>
    public bool TryReadSet([NotNullWhen(true)] out CodePoints? set)
    {
        var letter = Peek(1);
        set = char.ToLowerInvariant(letter) switch
        {
            'd' => CodePoints.Digits,
            'w' => CodePoints.WordLetters,
            's' => CodePoints.Spaces,
            'p' => ReadProperty(),
            _ => null,
        };
        if (set is null)
        {
            return false;
        }

        at += char.ToLowerInvariant(letter) == 'p' ? 0 : 2;
        set = char.IsAsciiLetterUpper(letter) ? set.Complement() : set;
        return true;
    }

    /// <summary>Reads an escape that stands for one letter.</summary>
    public int ReadEscapedLetter()
    {
        at++;
        if (IsAtEnd)
        {
            throw new FormatException(@"'\' at the end escapes nothing");
        }

        var letter = ReadLetter();
        switch (letter)
        {
            case 't':
                return '\t';
            case 'n':
                return '\n';
            case 'v':
                return '\v';
            case 'f':
                return '\f';
            case 'r':
                return '\r';
            case '0' when !char.IsAsciiDigit(Peek()):
                return 0;
            case 'c' when char.IsAsciiLetter(Peek()):
                return source[at++] & 31;
            case 'x':
                return ReadHex(2);
            case 'u':
                return ReadUnicode();
            default:
                return letter <= char.MaxValue && char.IsAsciiLetterOrDigit((char)letter)
                    ? throw new FormatException($"'\\{(char)letter}' is no escape that ECMAScript has")
                    : letter;
        }
    }

    private CodePoints ReadProperty()
    {
        at += 2;
        if (!TrySkip("{"))
        {
            throw new FormatException(@"'\p' is followed by the name of a property, as in '\p{Letter}'");
        }

        var name = ReadUntil('}');
        return UnicodeProperties.Find(name)
            ?? throw new FormatException($"'{name}' is no Unicode property that is known here; general categories are");
    }

    private int ReadUnicode()
    {
        if (TrySkip("{"))
        {
            var digits = ReadUntil('}');
            return int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var letter)
                && letter is >= 0 and <= CodePoints.Largest
                ? letter
                : throw new FormatException($"'\\u{{{digits}}}' is no letter");
        }

        var first = (char)ReadHex(4);
        if (!char.IsHighSurrogate(first) || Peek() != '\\' || Peek(1) != 'u' || Peek(2) == '{')
        {
            return first;
        }

        var start = at;
        at += 2;
        var second = (char)ReadHex(4);
        if (char.IsLowSurrogate(second))
        {
            return char.ConvertToUtf32(first, second);
        }

        at = start;
        return first;
    }

    private int ReadHex(int length)
    {
        var digits = Rest(length);
        if (digits.Length < length
            || !int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            throw new FormatException($"{length} hexadecimal digits are expected, found '{digits}'");
        }

        at += length;
        return value;
    }
}
