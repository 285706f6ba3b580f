using Orleans.Agents.Faults;

namespace Orleans.Agents.EndToEnd.Tests;

/// <summary>
/// A FlatMachine that the shipped binary runs as it is, killed with SIGKILL and carried on: the same output, and no agent is asked again
/// for what is recorded. The suite takes one turn in the middle of each boundary; <c>AGENTS_FULL=1</c> takes every one.
/// </summary>
public sealed class MachineKillTests
{
    private const string Expected =
        """{"dish":"autumn soup, with roasted nuts","letters":["Dear Ada, come for autumn soup, with roasted nuts.","Dear Ben, come for autumn soup, with roasted nuts."],"tries":2}""";

    private static readonly bool Full = Environment.GetEnvironmentVariable("AGENTS_FULL") == "1";

    public static TheoryData<KillPoint> Points() => [.. Enum.GetValues<KillPoint>()];

    [Theory]
    [MemberData(nameof(Points))]
    public async Task A_machine_killed_in_the_middle_ends_the_same_and_asks_no_agent_for_what_is_recorded(KillPoint point)
    {
        var kills = 0;
        for (var turn = Full ? 1 : 4; (Full || kills == 0) && await KillAsync(point, turn); turn++)
        {
            kills++;
        }

        Assert.True(kills >= 1, $"it was not killed at {point}");
    }

    /// <summary>Kills at one boundary and carries on; false when the run ends before it gets there.</summary>
    private static async Task<bool> KillAsync(KillPoint point, int turn)
    {
        var sample = Path.Combine(AppContext.BaseDirectory, "samples", "flatmachine");
        using var scenario = KillScenario.OfMachine(
            Path.Combine(sample, "machine.yml"), Path.Combine(sample, "answers"), """{"season":"autumn","guests":["Ada","Ben"]}""");
        var killed = await scenario.LiveAsync($"{point}:{turn}");
        if (killed.ExitCode == 0)
        {
            return false;
        }

        Assert.True(killed.ExitCode == ProcessEnd.Killed, $"{point}:{turn} exited with {killed.ExitCode}: {killed.Error}");
        var recorded = await scenario.RecordedAsync();
        var before = scenario.Effects().Count;

        var end = await scenario.LiveAsync();

        Assert.True(end.ExitCode == 0, $"{point}:{turn}: {end.Error}{end.Output}");
        Assert.Equal(Expected, end.Output.Trim());
        Assert.DoesNotContain(scenario.Effects().Skip(before), recorded.Contains);
        Assert.Equal(["run-killed", "run-killed~5.0", "run-killed~5.1"], await scenario.RunsAsync());
        return true;
    }
}
