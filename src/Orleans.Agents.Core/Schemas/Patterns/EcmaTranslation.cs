using System.Globalization;
using System.Text;

namespace Orleans.Agents.Schemas.Patterns;

/// <summary>
/// Writes an ECMAScript expression (Unicode mode) as one of .NET that means the same. The two differ in what
/// <c>\d \w \s \b . $</c> mean, in letters beyond 0xFFFF, in <c>\p{…}</c>, and in syntax that only one of them has.
/// </summary>
/// <remarks>
/// Kinder than ECMAScript in two points: any punctuation may be escaped, and a brace that repeats nothing is itself.
/// </remarks>
internal sealed class EcmaTranslation
{
    private const string AtWordEdge =
        "(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))";

    private const string NotAtWordEdge =
        "(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))";

    private readonly EcmaReader reader;
    private readonly StringBuilder output = new();
    private readonly List<string?> groups;
    private int opened;
    private bool needsBacktracking;

    private EcmaTranslation(string source)
    {
        reader = new EcmaReader(source);
        groups = EcmaReader.FindGroups(source);
    }

    /// <summary>Translates an expression, and says whether it asks for what only backtracking can do.</summary>
    /// <exception cref="FormatException">The expression cannot be read.</exception>
    public static (string Expression, bool NeedsBacktracking) Translate(string source)
    {
        var translation = new EcmaTranslation(source);
        while (!translation.reader.IsAtEnd)
        {
            translation.TranslateNext();
        }

        return (translation.output.ToString(), translation.needsBacktracking);
    }

    private void TranslateNext()
    {
        switch (reader.Peek())
        {
            case '\\':
                TranslateEscape();
                break;
            case '[':
                EcmaClass.Read(reader).WriteTo(output);
                break;
            case '(':
                TranslateGroup();
                break;
            case '{' when reader.TryReadRepetition(out var repetition):
                _ = output.Append(repetition);
                break;
            case '.':
                reader.Skip(1);
                CodePoints.LineEnds.Complement().WriteTo(output);
                break;
            case '$':
                reader.Skip(1);
                _ = output.Append(@"\z");
                break;
            case '^' or '|' or ')' or '*' or '+' or '?':
                _ = output.Append(reader.Peek());
                reader.Skip(1);
                break;
            default:
                WriteLetter(reader.ReadLetter());
                break;
        }
    }

    private void TranslateGroup()
    {
        reader.Skip(1);
        if (reader.Peek() != '?')
        {
            opened++;
            _ = output.Append('(');
            return;
        }

        foreach (var opening in (ReadOnlySpan<string>)["?:", "?=", "?!", "?<=", "?<!"])
        {
            if (reader.TrySkip(opening))
            {
                needsBacktracking |= opening != "?:";
                _ = output.Append('(').Append(opening);
                return;
            }
        }

        if (!reader.TrySkip("?<"))
        {
            throw new FormatException($"'({reader.Rest(3)}' opens no group that ECMAScript has");
        }

        // Names are numbered among the others in ECMAScript and after them in .NET; so here all are numbers.
        _ = reader.ReadUntil('>');
        opened++;
        _ = output.Append('(');
    }

    private void TranslateEscape()
    {
        var letter = reader.Peek(1);
        switch (letter)
        {
            case 'b' or 'B':
                reader.Skip(2);
                needsBacktracking = true;
                _ = output.Append(letter == 'b' ? AtWordEdge : NotAtWordEdge);
                break;
            case 'k':
                reader.Skip(2);
                WriteReference(ReadGroupName());
                break;
            case >= '1' and <= '9':
                reader.Skip(1);
                WriteReference(reader.ReadInteger());
                break;
            default:
                if (reader.TryReadSet(out var set))
                {
                    set.WriteTo(output);
                }
                else
                {
                    WriteLetter(reader.ReadEscapedLetter());
                }

                break;
        }
    }

    private int ReadGroupName()
    {
        if (!reader.TrySkip("<"))
        {
            throw new FormatException(@"'\k' is followed by the name of a group, as in '\k<name>'");
        }

        var name = reader.ReadUntil('>');
        var index = groups.IndexOf(name);
        return index >= 0 ? index + 1 : throw new FormatException($"there is no group '{name}'");
    }

    // In ECMAScript, what a group has not captured is empty; in .NET it matches nothing.
    private void WriteReference(int group)
    {
        if (group > groups.Count)
        {
            throw new FormatException($"there is no group {group}");
        }

        needsBacktracking = true;
        _ = group > opened
            ? output.Append("(?:)")
            : output.Append(CultureInfo.InvariantCulture, $"(?({group})\\{group}|)");
    }

    private void WriteLetter(int letter) => new CodePoints().Add(letter, letter).WriteTo(output);
}
