namespace Orleans.Agents.Definitions.Sources;

/// <summary>A line and a column, both from 1; columns count UTF-16 units, as editors do.</summary>
internal readonly record struct Position(int Line, int Column);

/// <summary>One text that definitions are read from.</summary>
/// <param name="name">What diagnostics call it.</param>
/// <param name="text">What is in it.</param>
internal sealed class SourceFile(string name, string text)
{
    private readonly List<int> lineStarts = LineStarts(text);

    public string Name => name;

    public string Text => text;

    public bool IsJson => name.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    /// <summary>Where a character is; what lies behind the end is at the end.</summary>
    public Position PositionAt(int index)
    {
        index = Math.Clamp(index, 0, text.Length);
        var found = lineStarts.BinarySearch(index);
        var line = found >= 0 ? found : ~found - 1;
        return new Position(line + 1, index - lineStarts[line] + 1);
    }

    /// <summary>The index of the first character of the line that an index is in.</summary>
    public int LineStart(int index) => lineStarts[PositionAt(index).Line - 1];

    private static List<int> LineStarts(string text)
    {
        var starts = new List<int> { 0 };
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
            {
                starts.Add(i + 1);
            }
        }

        return starts;
    }
}
