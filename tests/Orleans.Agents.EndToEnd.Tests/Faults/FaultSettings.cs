using System.Globalization;
using Xunit.Abstractions;

namespace Orleans.Agents.EndToEnd.Tests.Faults;

/// <summary>
/// How long fleets are put through faults: each kind once in every build, and for minutes where that is asked for.
/// </summary>
internal static class FaultSettings
{
    /// <summary>Fleets share a machine with nothing else: they run one after another, when all other tests have ended.</summary>
    public const string Fleets = "fleets";

    /// <summary>What chance decides: <c>AGENTS_FAULT_SEED</c>, else a new one.</summary>
    public static int Seed { get; } = Number("AGENTS_FAULT_SEED") ?? Random.Shared.Next();

    /// <summary>How long there are faults by chance: <c>AGENTS_FAULT_MINUTES</c>, else not at all; on a file a fifth of it.</summary>
    public static TimeSpan Storm { get; } = TimeSpan.FromMinutes(Number("AGENTS_FAULT_MINUTES") ?? 0);

    /// <summary>Keeps a report where <c>tests/run.sh</c> finds it, and shows it with the test.</summary>
    public static void Report(ITestOutputHelper output, string store, string report)
    {
        var text = $"{store}, seed {Seed}: {report}";
        output.WriteLine(text);
        var results = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "results"));
        Directory.CreateDirectory(results);
        File.WriteAllText(Path.Combine(results, $"faults-{store}.txt"), text + Environment.NewLine);
    }

    private static int? Number(string variable)
    {
        var text = Environment.GetEnvironmentVariable(variable);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}

/// <summary>The tests that start fleets.</summary>
[CollectionDefinition(FaultSettings.Fleets, DisableParallelization = true)]
public sealed class FleetGroup;
