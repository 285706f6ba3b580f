using System.Globalization;
using System.Text;

namespace Orleans.Agents.Schemas.Patterns;

/// <summary>
/// A set of Unicode code points that can be written as an expression over UTF-16, where a code point above 0xFFFF is
/// two units. Half of such a pair is never a member.
/// </summary>
internal sealed class CodePoints
{
    public const int Largest = 0x10FFFF;

    private const int FirstSurrogate = 0xD800;
    private const int LastSurrogate = 0xDFFF;
    private const int FirstPair = 0x10000;

    private readonly List<(int First, int Last)> ranges = [];

    public static CodePoints Digits { get; } = new CodePoints().Add('0', '9');

    public static CodePoints WordLetters { get; } =
        new CodePoints().Add('0', '9').Add('A', 'Z').Add('_', '_').Add('a', 'z');

    public static CodePoints Spaces { get; } = new CodePoints().Add('\t', '\r').Add(' ', ' ').Add(0xA0, 0xA0)
        .Add(0x1680, 0x1680).Add(0x2000, 0x200A).Add(0x2028, 0x2029).Add(0x202F, 0x202F).Add(0x205F, 0x205F)
        .Add(0x3000, 0x3000).Add(0xFEFF, 0xFEFF);

    public static CodePoints LineEnds { get; } =
        new CodePoints().Add('\n', '\n').Add('\r', '\r').Add(0x2028, 0x2029);

    public CodePoints Add(int first, int last)
    {
        ranges.Add((first, last));
        return this;
    }

    public CodePoints Add(CodePoints others)
    {
        ranges.AddRange(others.ranges);
        return this;
    }

    /// <summary>Everything that is not in this set.</summary>
    public CodePoints Complement()
    {
        var complement = new CodePoints();
        var next = 0;
        foreach (var (first, last) in Merged())
        {
            if (first > next)
            {
                _ = complement.Add(next, first - 1);
            }

            next = last + 1;
        }

        return next > Largest ? complement : complement.Add(next, Largest);
    }

    /// <summary>Writes an expression that matches exactly one member.</summary>
    public void WriteTo(StringBuilder output)
    {
        var units = new StringBuilder();
        var pairs = new StringBuilder();
        foreach (var (first, last) in Merged())
        {
            WriteUnits(units, first, Math.Min(last, FirstSurrogate - 1));
            WriteUnits(units, Math.Max(first, LastSurrogate + 1), Math.Min(last, FirstPair - 1));
            WritePairs(pairs, Math.Max(first, FirstPair), last);
        }

        if (pairs.Length == 0)
        {
            _ = units.Length == 0 ? output.Append(@"[^\s\S]") : output.Append('[').Append(units).Append(']');
            return;
        }

        _ = output.Append("(?:");
        _ = units.Length == 0 ? output : output.Append('[').Append(units).Append("]|");
        _ = output.Append(pairs, 0, pairs.Length - 1).Append(')');
    }

    private List<(int First, int Last)> Merged()
    {
        var merged = new List<(int First, int Last)>();
        foreach (var (first, last) in ranges.Order())
        {
            if (merged.Count > 0 && first <= merged[^1].Last + 1)
            {
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, last));
            }
            else
            {
                merged.Add((first, last));
            }
        }

        return merged;
    }

    private static void WriteUnits(StringBuilder output, int first, int last)
    {
        if (first <= last)
        {
            WriteUnit(output, first);
            if (last > first)
            {
                WriteUnit(output.Append('-'), last);
            }
        }
    }

    private static void WritePairs(StringBuilder output, int first, int last)
    {
        if (first > last)
        {
            return;
        }

        var (high, low) = Split(first);
        var (lastHigh, lastLow) = Split(last);
        if (low > 0xDC00 && high < lastHigh)
        {
            WritePair(output, high, high, low, LastSurrogate);
            (high, low) = (high + 1, 0xDC00);
        }

        if (lastLow < LastSurrogate && high < lastHigh)
        {
            WritePair(output, high, lastHigh - 1, 0xDC00, LastSurrogate);
            (high, low) = (lastHigh, 0xDC00);
        }

        WritePair(output, high, lastHigh, low, lastLow);
    }

    private static (int High, int Low) Split(int letter) =>
        (FirstSurrogate + ((letter - FirstPair) >> 10), 0xDC00 + ((letter - FirstPair) & 0x3FF));

    private static void WritePair(StringBuilder output, int firstHigh, int lastHigh, int firstLow, int lastLow)
    {
        WriteUnits(output.Append('['), firstHigh, lastHigh);
        WriteUnits(output.Append("]["), firstLow, lastLow);
        _ = output.Append("]|");
    }

    private static void WriteUnit(StringBuilder output, int unit) =>
        output.Append(CultureInfo.InvariantCulture, $"\\u{unit:X4}");
}
