namespace Orleans.Agents.Cli.Tests;

/// <summary><c>agents bench w5</c>: what it says about runs that wait, and about those that are due.</summary>
public sealed class BenchParkedTests : IDisposable
{
    private readonly Workspace workspace = new();

    [Fact]
    public async Task Parked_runs_are_watched_beside_an_empty_store_and_those_due_at_one_moment_end_once_each_whoever_wakes_them()
    {
        var found = (await workspace.BenchAsync("w5", "--parked", "50", "--seconds", "1", "--due", "40")).With(0).Payload;
        var due = found.GetProperty("due");

        Assert.Equal(50, found.GetProperty("parked_runs").GetInt32());
        Assert.All(
            ["measured", "floor"],
            part => Assert.True(found.GetProperty(part).GetProperty("resident_megabytes").GetDouble() > 1));
        Assert.Equal((40, 3), (due.GetProperty("runs").GetInt32(), due.GetProperty("processes").GetInt32()));
        Assert.Equal(0, due.GetProperty("fired_again").GetInt32());
        Assert.True(due.GetProperty("last_late_seconds").GetDouble() >= due.GetProperty("first_late_seconds").GetDouble());
        Assert.Empty(workspace.BenchDatabases);
    }

    [Fact]
    public async Task At_a_terminal_they_are_shown_as_a_table()
    {
        var table = (await workspace.AtTerminalAsync($"bench w5 --parked 1 --seconds 1 --connection {workspace.Folder}")).With(0);

        Assert.Contains("MEASURED", table.Out, StringComparison.Ordinal);
        Assert.Empty(workspace.BenchDatabases);
    }

    public void Dispose() => workspace.Dispose();
}
