namespace Orleans.Agents.Definitions.FlatMachines.Jinja;

internal enum JinjaSectionKind
{
    Text,
    Output,
    Statement,
}

/// <summary>A stretch of a template, without the marks around it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Word">The first word of a statement.</param>
internal sealed record JinjaSection(JinjaSectionKind Kind, int Start, int End, string Word = "")
{
    public int AfterWord => Start + Word.Length;

    public string Says(string source) => source[Start..End];
}

/// <summary>Cuts a template at its marks, and takes away the white space that they say.</summary>
internal static class JinjaSections
{
    private const string Open = "{{";
    private const string OpenStatement = "{%";
    private const string OpenComment = "{#";

    public static List<JinjaSection> Of(string source, out JinjaError? error)
    {
        var sections = new List<JinjaSection>();
        var at = 0;
        error = null;

        // As the original does, the line break at the very end is not part of the text.
        var end = source.EndsWith('\n') ? source.Length - 1 : source.Length;
        var isTrimmed = false;
        while (at < end)
        {
            var mark = NextMark(source, at, end);
            var opens = mark < end ? source.Substring(mark, 2) : "";
            var isMinus = mark + 2 < end && opens.Length > 0 && source[mark + 2] is '-';
            AddText(source, at, mark, isTrimmed, isMinus, sections);
            if (opens.Length == 0)
            {
                break;
            }

            var start = mark + (isMinus || source.AsSpan(mark + 2).StartsWith("+") ? 3 : 2);
            var close = opens == Open ? "}}" : opens == OpenStatement ? "%}" : "#}";
            var stop = Find(source, start, end, close);
            if (stop < 0)
            {
                error = new JinjaError(mark, $"`{opens}` is not closed", $"`{close}`");
                break;
            }

            isTrimmed = source[stop - 1] is '-' && stop > start;
            at = stop + 2;
            AddMarked(source, opens, start, isTrimmed ? stop - 1 : stop, sections, ref at, end);
        }

        return sections;
    }

    private static int NextMark(string source, int at, int end)
    {
        for (; at + 1 < end; at++)
        {
            if (source[at] == '{' && source[at + 1] is '{' or '%' or '#')
            {
                return at;
            }
        }

        return end;
    }

    private static void AddText(
        string source, int start, int end, bool trimsStart, bool trimsEnd, List<JinjaSection> sections)
    {
        while (trimsStart && start < end && char.IsWhiteSpace(source[start]))
        {
            start++;
        }

        while (trimsEnd && start < end && char.IsWhiteSpace(source[end - 1]))
        {
            end--;
        }

        if (start < end)
        {
            sections.Add(new JinjaSection(JinjaSectionKind.Text, start, end));
        }
    }

    // What stands between `raw` and `endraw` is text, marks and all.
    private static void AddMarked(
        string source, string opens, int start, int stop, List<JinjaSection> sections, ref int at, int end)
    {
        if (opens == OpenComment)
        {
            return;
        }

        while (start < stop && char.IsWhiteSpace(source[start]))
        {
            start++;
        }

        if (opens == Open)
        {
            sections.Add(new JinjaSection(JinjaSectionKind.Output, start, stop));
            return;
        }

        var word = source.AsSpan(start, stop - start);
        var length = word.IndexOfAny(" \t\r\n(") is var found && found < 0 ? word.Length : found;
        if (word[..length] is "raw" && source.IndexOf("{% endraw %}", at, StringComparison.Ordinal) is var raw and >= 0)
        {
            AddText(source, at, raw, trimsStart: false, trimsEnd: false, sections);
            at = Math.Min(end, raw + "{% endraw %}".Length);
            return;
        }

        sections.Add(new JinjaSection(JinjaSectionKind.Statement, start, stop, word[..length].ToString()));
    }

    // Texts and inner braces may hold the closing mark.
    private static int Find(string source, int at, int end, string close)
    {
        var quote = '\0';
        var depth = 0;
        for (; at + 1 < end; at++)
        {
            var letter = source[at];
            if (quote != '\0')
            {
                at += letter == '\\' ? 1 : 0;
                quote = letter == quote ? '\0' : quote;
            }
            else if (depth == 0 && string.CompareOrdinal(source, at, close, 0, 2) == 0)
            {
                return at;
            }
            else if (close != "#}" && letter is '\'' or '"')
            {
                quote = close == "#}" ? '\0' : letter;
            }
            else
            {
                depth += close != "}}" ? 0 : letter == '{' ? 1 : letter == '}' ? -1 : 0;
            }
        }

        return -1;
    }
}
