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

/// <summary>What tools left behind of their work.</summary>
/// <param name="Effects">Every effect, in the order they were written down.</param>
/// <param name="Once">What was done that must not be done twice: activities and attempts, in no order.</param>
/// <param name="Again">Calls for what had been done before.</param>
internal sealed record WorkRecords(
    IReadOnlyList<Effect> Effects, IReadOnlyList<(string Activity, int Attempt)> Once, IReadOnlyList<Effect> Again)
{
    /// <summary>Reads the folder that the tools of a fleet write to.</summary>
    public static WorkRecords Read(string folder) => new(
        Effect.Read(Path.Combine(folder, "effects.txt")),
        [
            .. Directory.EnumerateFiles(Path.Combine(folder, "once"))
                .Where(slip => File.ReadAllText(slip) == "done")
                .Select(slip => Path.GetFileName(slip).Split('+'))
                .Select(w => ($"{w[0]}/{w[1]}/{w[2]}", int.Parse(w[3], CultureInfo.InvariantCulture))),
        ],
        Effect.Read(Path.Combine(folder, "again.txt")));
}

/// <summary>A start that was acknowledged: the run that has the key, and what it must end with.</summary>
internal sealed record Promise(string Key, string Run, string Output);
