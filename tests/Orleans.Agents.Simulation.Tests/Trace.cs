namespace Orleans.Agents.Simulation.Tests;

/// <summary>What happened in a world, one line a step. Only kept when somebody will read it.</summary>
internal sealed class Trace(bool isKept)
{
    private readonly List<string> lines = [];

    public bool IsKept => isKept;

    public IReadOnlyList<string> Lines => lines;

    public void Add(FormattableString line)
    {
        if (isKept)
        {
            lines.Add(FormattableString.Invariant(line));
        }
    }
}
