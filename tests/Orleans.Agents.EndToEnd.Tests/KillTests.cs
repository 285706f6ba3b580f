using Orleans.Agents.Faults;

namespace Orleans.Agents.EndToEnd.Tests;

/// <summary>
/// The shipped binary is killed with SIGKILL at each boundary of the journal, started again, and must end as if nothing had
/// happened. The suite samples the boundaries; <c>AGENTS_FULL=1</c> takes every one. Each workflow is a class of its own, so
/// that one goes through its lives beside the others.
/// </summary>
/// <param name="workflow">The workflow that is killed.</param>
public abstract class KillTests(string workflow) : IAsyncLifetime
{
    private static readonly bool Full = Environment.GetEnvironmentVariable("AGENTS_FULL") == "1";

    private readonly string target = Directory.CreateTempSubdirectory("agents-target-").FullName;

    public static TheoryData<KillPoint> Points() => [.. Enum.GetValues<KillPoint>()];

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(target, "src"));
        await File.WriteAllTextAsync(Path.Combine(target, "README.md"), "# alpha\n\nA small folder.\n");
        await File.WriteAllTextAsync(Path.Combine(target, "src", "Program.cs"), "// TO" + "DO: alpha\nConsole.WriteLine(1);\n");
        await File.WriteAllTextAsync(Path.Combine(target, "src", "ProgramTests.cs"), "// a test\n");
    }

    public Task DisposeAsync()
    {
        Directory.Delete(target, recursive: true);
        return Task.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task A_run_killed_at_any_boundary_ends_the_same_and_repeats_nothing_recorded(KillPoint point)
    {
        using var undisturbed = Scenario();
        var expected = await undisturbed.LiveAsync();
        Assert.True(expected.ExitCode == 0, expected.Error + expected.Output);

        var runs = await undisturbed.RunsAsync();
        FamilyBooks.AddUp((await undisturbed.BooksAsync())!.Value);
        var kills = 0;
        for (var turn = 1; await KillAsync(point, turn, expected.Output, runs); turn = Next(turn))
        {
            kills++;
        }

        Assert.True(kills >= 3, $"{workflow} was killed only {kills} times at {point}");
    }

    /// <summary>Kills at one boundary and carries on; false when the run ends before it gets there.</summary>
    private async Task<bool> KillAsync(KillPoint point, int turn, string expected, IReadOnlyList<string> runs)
    {
        using var scenario = Scenario();
        var killed = await scenario.LiveAsync($"{point}:{turn}");
        if (killed.ExitCode == 0)
        {
            return false;
        }

        Assert.True(killed.ExitCode == ProcessEnd.Killed, $"{point}:{turn} exited with {killed.ExitCode}: {killed.Error}");
        Assert.Equal("", killed.Output);
        if (await scenario.BooksAsync() is { } books)
        {
            FamilyBooks.StayWithinBudget(books);
        }

        var recorded = await scenario.RecordedAsync();
        var before = scenario.Effects().Count;

        var end = await scenario.LiveAsync();

        Assert.True(end.ExitCode == 0, $"{point}:{turn}: {end.Error}{end.Output}");
        Assert.Equal(expected, end.Output);
        Assert.Equal(runs, await scenario.RunsAsync());
        Assert.DoesNotContain(scenario.Effects().Skip(before), recorded.Contains);
        FamilyBooks.AddUp((await scenario.BooksAsync())!.Value);
        return true;
    }

    private protected KillScenario Scenario() => workflow != "repository-report"
        ? new KillScenario(Path.Combine(AppContext.BaseDirectory, "Workflows", workflow), $$"""{"path":"{{target}}"}""")
        : new KillScenario(
            Path.Combine(AppContext.BaseDirectory, "samples", workflow),
            $$"""{"path":"{{target}}","request":"Find the markers and the tests"}""");

    // Sampled: 1, 2, 4, 8, …; in full: every one.
    private static int Next(int turn) => Full ? turn + 1 : turn * 2;
}

/// <summary>Tools, agents that are asked again and a bounded cycle: one state after another.</summary>
public sealed class TwelveStatesKillTests() : KillTests("twelve-states")
{
    [Fact]
    public async Task A_run_killed_again_and_again_ends_the_same()
    {
        using var undisturbed = Scenario();
        var expected = await undisturbed.LiveAsync();
        using var scenario = Scenario();
        var points = Enum.GetValues<KillPoint>();
        ProcessEnd end;
        var lives = 0;
        do
        {
            var recorded = await scenario.RecordedAsync();
            var before = scenario.Effects().Count;
            end = await scenario.LiveAsync($"{points[lives % points.Length]}:2");
            Assert.DoesNotContain(scenario.Effects().Skip(before), recorded.Contains);
            lives++;
        }
        while (end.ExitCode == ProcessEnd.Killed && lives < 100);

        Assert.Equal(expected.Output, end.Output);
        Assert.True(lives > 10, $"it took only {lives} lives");
    }
}

/// <summary>The sample that plans, fans out and reviews.</summary>
public sealed class RepositoryReportKillTests() : KillTests("repository-report");

/// <summary>A run with child runs and a launch.</summary>
public sealed class FamilyKillTests() : KillTests("family");
