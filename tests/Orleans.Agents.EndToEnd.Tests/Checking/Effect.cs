using System.Globalization;

namespace Orleans.Agents.EndToEnd.Tests.Checking;

/// <summary>One time that an activity had its effect, as its tool wrote it down.</summary>
/// <param name="Activity">Run, visit and branch.</param>
/// <param name="Attempt">Which attempt at it.</param>
/// <param name="Epoch">The epoch of the process that did it.</param>
internal sealed record Effect(string Activity, int Attempt, long Epoch)
{
    /// <summary>Reads lines <c>run/visit/branch attempt epoch</c> in the order they were written.</summary>
    public static IReadOnlyList<Effect> Read(string file) =>
        File.Exists(file) ? [.. File.ReadLines(file).Select(Parse)] : [];

    public static Effect Parse(string line)
    {
        var words = line.Split(' ');
        return new Effect(
            words[0],
            int.Parse(words[1], CultureInfo.InvariantCulture),
            long.Parse(words[2], CultureInfo.InvariantCulture));
    }
}

/// <summary>A start that was acknowledged: the run that has the key, and what it must end with.</summary>
internal sealed record Promise(string Key, string Run, string Output);
