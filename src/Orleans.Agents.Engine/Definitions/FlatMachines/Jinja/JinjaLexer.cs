using System.Text;

namespace Orleans.Agents.Definitions.FlatMachines.Jinja;

/// <summary>Splits what stands inside the braces of a template into words.</summary>
/// <param name="source">The whole template.</param>
/// <param name="start">Where the expression begins.</param>
/// <param name="end">Where it ends.</param>
internal sealed class JinjaLexer(string source, int start, int end)
{
    private static readonly string[] Symbols =
    [
        "==", "!=", "<=", ">=", "//", "**", "&&", "||",
        "<", ">", "+", "-", "*", "/", "%", "~", "|", ".", ",", ":", "(", ")", "[", "]", "{", "}", "!", "=",
    ];

    private int at = start;

    public JinjaError? Error { get; private set; }

    /// <summary>The next word; the end once something is wrong.</summary>
    public JinjaToken Next()
    {
        while (at < end && char.IsWhiteSpace(source[at]))
        {
            at++;
        }

        if (at >= end || Error is not null)
        {
            return new JinjaToken(JinjaTokenKind.End, "", end);
        }

        var letter = source[at];
        return char.IsLetter(letter) || letter == '_' ? Word(JinjaTokenKind.Name, c => char.IsLetterOrDigit(c) || c == '_')
            : char.IsAsciiDigit(letter) ? Number()
            : letter is '\'' or '"' ? Text(letter)
            : Symbol();
    }

    private JinjaToken Word(JinjaTokenKind kind, Func<char, bool> belongs)
    {
        var first = at;
        while (at < end && belongs(source[at]))
        {
            at++;
        }

        return new JinjaToken(kind, source[first..at], first);
    }

    private JinjaToken Number()
    {
        var whole = Word(JinjaTokenKind.Number, char.IsAsciiDigit);
        if (at + 1 >= end || source[at] != '.' || !char.IsAsciiDigit(source[at + 1]))
        {
            return whole;
        }

        at++;
        return whole with { Text = $"{whole.Text}.{Word(JinjaTokenKind.Number, char.IsAsciiDigit).Text}" };
    }

    private JinjaToken Text(char quote)
    {
        var first = at++;
        var text = new StringBuilder();
        while (at < end && source[at] != quote)
        {
            text.Append(source[at] == '\\' && at + 1 < end ? Escaped(source[++at]) : source[at]);
            at++;
        }

        if (at >= end)
        {
            Error = new JinjaError(first, "This text has no end", $"{quote}");
        }

        at++;
        return new JinjaToken(JinjaTokenKind.Text, text.ToString(), first);
    }

    private static char Escaped(char letter) => letter switch
    {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        _ => letter,
    };

    private JinjaToken Symbol()
    {
        var found = Array.Find(Symbols, s => string.CompareOrdinal(source, at, s, 0, s.Length) == 0);
        if (found is null || at + found.Length > end)
        {
            Error = new JinjaError(at, $"`{source[at]}` means nothing here");
            return new JinjaToken(JinjaTokenKind.End, "", at);
        }

        at += found.Length;
        return new JinjaToken(JinjaTokenKind.Symbol, found, at - found.Length);
    }
}
