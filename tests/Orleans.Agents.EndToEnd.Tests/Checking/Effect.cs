using System.Collections.Immutable;
using System.Globalization;

namespace Orleans.Agents.EndToEnd.Tests.Checking;

/// <summary>One time that an activity had its effect, as its tool wrote it down.</summary>
/// <param name="Activity">Run, visit and branch.</param>
/// <param name="Attempt">Which attempt at it.</param>
/// <param name="Epoch">The epoch of the process that did it.</param>
internal sealed record Effect(string Activity, int Attempt, long Epoch)
{
    /// <summary>The run that the activity is of.</summary>
    public string Run => Activity[..Activity.IndexOf('/', StringComparison.Ordinal)];

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
    /// <summary>
    /// How often what several processes began under one epoch may have been done: one of them carried the run, the others made
    /// attempts for it, and what such a one did not tell before it was gone is made anew. Empty where nobody does that.
    /// </summary>
    public IReadOnlyDictionary<Effect, int> MadeAnew { get; init; } = ImmutableDictionary<Effect, int>.Empty;

    /// <summary>How many runs had attempts made elsewhere than where they were carried.</summary>
    public int RunsThatLent { get; init; }

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

    /// <summary>Reads the folder of processes that make attempts for each other.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="isGone">Whether a process is gone.</param>
    public static WorkRecords Read(string folder, Func<int, bool> isGone)
    {
        var begun = Directory.EnumerateFiles(folder, "begun-*.txt")
            .SelectMany(file => Effect.Read(file).Distinct().Select(effect => (Process: ProcessOf(file), Effect: effect)))
            .ToList();
        return Read(folder) with
        {
            MadeAnew = begun.GroupBy(b => b.Effect, b => isGone(b.Process)).Where(by => by.Count() > 1)
                .ToDictionary(by => by.Key, by => by.Count(gone => gone) + (by.All(gone => gone) ? 0 : 1)),
            RunsThatLent = begun.GroupBy(b => (b.Effect.Run, b.Effect.Epoch), b => b.Process)
                .Where(by => by.Distinct().Count() > 1).Select(by => by.Key.Run).Distinct().Count(),
        };
    }

    private static int ProcessOf(string file) => int.Parse(
        Path.GetFileNameWithoutExtension(file)["begun-".Length..], CultureInfo.InvariantCulture);
}

/// <summary>A start that was acknowledged: the run that has the key, and what it must end with.</summary>
internal sealed record Promise(string Key, string Run, string Output);
