using System.Text.Json;
using Orleans.Agents.Faults;

namespace Orleans.Agents.EndToEnd.Tests;

/// <summary>
/// The way through most workflows, with the shipped binary: an agent is asked again, two branches run side by side, another run
/// is launched; the process is killed on the way, and <c>agents runs resume</c> takes it to the same end.
/// </summary>
public sealed class GoldenPathTests : IDisposable
{
    private const string Run = "run-golden";

    private const string Expected =
        """{"draft":"All about foxes, at attempt 3","style":"well said: All about foxes, at attempt 3","told":"run-golden~3.0","words":6}""";

    private readonly string folder = Directory.CreateTempSubdirectory("agents-golden-").FullName;

    private string Store => Path.Combine(folder, "agents.db");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(null)]
    [InlineData("after_effect:2")]   // between two attempts of the agent
    [InlineData("before_dispatch:4")] // with both branches under way
    [InlineData("after_commit:6")]   // with the launch, or beside it
    public async Task A_run_with_a_retry_two_branches_and_a_launch_is_resumed_where_it_was_killed(string? kill)
    {
        var workflow = Path.Combine(AppContext.BaseDirectory, "Workflows", "golden-path");
        string[] start = ["run", workflow, "--workflow", "golden-path", "--input", """{"topic":"foxes"}""", "--id", Run, "--store", Store, "--json", "--quiet"];
        var first = kill is null
            ? await AgentsProcess.RunAsync(start)
            : await AgentsProcess.RunAsync(start, (FaultPlan.KillVariable, kill));
        Assert.Equal(kill is null ? 0 : ProcessEnd.Killed, first.ExitCode);

        var end = await AgentsProcess.RunAsync(["runs", "resume", Run, "--store", Store, "--json", "--quiet"]);
        Assert.Equal((0, Expected), (end.ExitCode, end.Output.Trim()));
        await AgentsProcess.RunAsync(["runs", "resume", "--all", "--store", Store, "--quiet"]);

        Assert.Equal([$"{Run} succeeded", $"{Run}~3.0 succeeded"], await RunsAsync());
        var events = await EventsAsync(Run);
        Assert.Equal(2, events.Count(e => e is "activity.failed"));
        Assert.Equal(3, events.Count(e => e is "activity.succeeded"));
        Assert.Single(events, "run.launched");
        Assert.Single(events, "run.succeeded");
    }

    private async Task<List<string>> RunsAsync()
    {
        var runs = await AgentsProcess.RunAsync(["runs", "list", "--store", Store, "--json"]);
        using var json = JsonDocument.Parse(runs.Output);
        return [.. json.RootElement.EnumerateArray().Select(r => $"{r.GetProperty("run")} {r.GetProperty("status")}").Order(StringComparer.Ordinal)];
    }

    private async Task<List<string>> EventsAsync(string run)
    {
        var events = await AgentsProcess.RunAsync(["runs", "events", run, "--store", Store, "--json"]);
        using var json = JsonDocument.Parse(events.Output);
        return [.. json.RootElement.EnumerateArray().Select(e => e.GetProperty("type").GetString()!)];
    }
}
