using System.Globalization;
using Xunit.Abstractions;

namespace Orleans.Agents.Simulation.Tests;

/// <summary>How one seed went.</summary>
/// <param name="Trace">What happened, when it was asked for.</param>
/// <param name="Broken">The first promise that was broken; null when all held.</param>
internal sealed record Played(IReadOnlyList<string> Trace, BrokenInvariantException? Broken);

/// <summary>Which seeds to play, and what to say about one that fails.</summary>
internal static class Seeds
{
    private const int ShownLines = 80;

    /// <summary>Plays as many seeds as asked for by <c>AGENTS_SEEDS</c>, or only <c>AGENTS_SEED</c>.</summary>
    /// <param name="output">Where the trace of a single seed goes when <c>AGENTS_TRACE</c> is set.</param>
    /// <param name="count">How many when nobody asks for a number.</param>
    /// <param name="play">Plays one seed, with its trace or without.</param>
    public static void Play(ITestOutputHelper output, int count, Func<int, bool, Played> play)
    {
        if (Number("AGENTS_SEED") is { } one)
        {
            var played = play(one, true);
            if (Number("AGENTS_TRACE") is 1)
            {
                output.WriteLine(string.Join('\n', played.Trace));
            }

            Assert.True(played.Broken is null, Explain(one, played));
            return;
        }

        for (var seed = 0; seed < (Number("AGENTS_SEEDS") ?? count); seed++)
        {
            if (play(seed, false).Broken is not null)
            {
                Assert.Fail(Explain(seed, play(seed, true)));
            }
        }
    }

    /// <summary>The first seed that breaks something, with what it broke.</summary>
    public static (int Seed, string Invariant) FirstBroken(int count, Func<int, Played> play)
    {
        for (var seed = 0; seed < count; seed++)
        {
            if (play(seed).Broken is { } broken)
            {
                return (seed, broken.Invariant);
            }
        }

        return (-1, $"nothing, in {count} seeds");
    }

    private static string Explain(int seed, Played played) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        Seed {seed} broke {played.Broken?.Message ?? "nothing the second time: the simulation is not deterministic"}
        {string.Join('\n', played.Trace.TakeLast(ShownLines))}
        To see all of it: bash tests/run.sh --seed {seed} --trace Simulation
        """);

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
