using System.Collections.Immutable;
using System.Text;

namespace Orleans.Agents.Cli;

/// <summary>Rows in columns, for people.</summary>
internal static class TextTable
{
    /// <summary>Lays rows out below their head, each column as wide as its longest text.</summary>
    public static string Of(ImmutableArray<string> head, IEnumerable<ImmutableArray<string>> rows)
    {
        var all = rows.Prepend(head).ToList();
        var widths = Enumerable.Range(0, head.Length).Select(i => all.Max(r => r[i].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in all)
        {
            var line = string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i])));
            text.Append(line.TrimEnd()).Append('\n');
        }

        return text.ToString();
    }
}
