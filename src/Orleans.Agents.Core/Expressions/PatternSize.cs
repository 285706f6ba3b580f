using System.Buffers;
using System.Globalization;

namespace Orleans.Agents.Expressions;

/// <summary>
/// Estimates how many places a regular expression has once its counted repetitions are written out; never too few. It
/// does not check the expression.
/// </summary>
internal static class PatternSize
{
    private const long Enough = int.MaxValue;

    private static readonly SearchValues<char> Options = SearchValues.Create("imnsxIMNSX-+");

    /// <summary>The size, or why it cannot be told.</summary>
    internal static string? Measure(string pattern, out long size)
    {
        var outer = new Stack<long>();
        long total = 1;
        long last = 0;
        size = Enough;
        for (var at = 0; at < pattern.Length; at++)
        {
            switch (pattern[at])
            {
                case '(' when pattern.AsSpan(at).StartsWith("(?#"):
                    var end = pattern.IndexOf(')', at);
                    at = end < 0 ? pattern.Length : end;
                    break;
                case '(' when ChangesWhiteSpace(pattern.AsSpan(at + 1)):
                    return "A pattern cannot use the option `x`.";
                case '(':
                    outer.Push(total);
                    total = 1;
                    last = 0;
                    break;
                case ')' when outer.TryPop(out var before):
                    last = total;
                    total = Math.Min(Enough, total + before);
                    break;
                case '{' when Repetitions(pattern.AsSpan(at)) is var times && times > 1:
                    total = Math.Min(Enough, total + (last * (times - 1)));
                    last = Math.Min(Enough, last * times);
                    break;
                case '*' or '+' or '?':
                    break;
                case '[' when ClassEnd(pattern, at) is null:
                    return "Inside a character class a `[` is written `\\[`.";
                default:
                    at = AtomEnd(pattern, at);
                    last = 1;
                    total++;
                    break;
            }
        }

        size = Math.Max(total, outer.Sum());
        return null;
    }

    // Under (?x) white space and comments may stand between a group and its repetition, and the size would be wrong.
    private static bool ChangesWhiteSpace(ReadOnlySpan<char> group)
    {
        if (!group.StartsWith("?"))
        {
            return false;
        }

        var length = group[1..].IndexOfAnyExcept(Options);
        return group.Slice(1, length < 0 ? group.Length - 1 : length).IndexOfAny('x', 'X') >= 0;
    }

    private static int AtomEnd(string pattern, int at) => pattern[at] switch
    {
        '\\' when at + 2 < pattern.Length && pattern[at + 1] is 'p' or 'P' =>
            pattern.IndexOf('}', at) is var end && end < 0 ? at + 1 : end,
        '\\' => EscapeEnd(pattern, at),
        '[' => ClassEnd(pattern, at)!.Value,
        _ => at,
    };

    // Nested brackets mean several things to the platform, and a misread class would hide a group.
    private static int? ClassEnd(string pattern, int start)
    {
        var at = start + (pattern.AsSpan(start).StartsWith("[^") ? 2 : 1);
        at += at < pattern.Length && pattern[at] == ']' ? 1 : 0;
        for (; at < pattern.Length && pattern[at] != ']'; at++)
        {
            if (pattern[at] == '[')
            {
                return null;
            }

            at = pattern[at] == '\\' ? EscapeEnd(pattern, at) : at;
        }

        return at;
    }

    // The letter after \c belongs to it, even a bracket.
    private static int EscapeEnd(string pattern, int at) =>
        at + 1 < pattern.Length && pattern[at + 1] == 'c' ? at + 2 : at + 1;

    private static long Repetitions(ReadOnlySpan<char> braces)
    {
        var end = braces.IndexOf('}');
        if (end < 0)
        {
            return 1;
        }

        var counts = braces[1..end];
        var comma = counts.IndexOf(',');
        return Math.Max(Count(comma < 0 ? counts : counts[..comma]), comma < 0 ? 1 : Count(counts[(comma + 1)..]));
    }

    private static long Count(ReadOnlySpan<char> digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 1;
}
