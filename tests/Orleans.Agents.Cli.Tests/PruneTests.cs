namespace Orleans.Agents.Cli.Tests;

/// <summary><c>agents runs prune</c>: removes what is over.</summary>
public sealed class PruneTests : IDisposable
{
    private readonly Workspace workspace = new();

    [Fact]
    public async Task Runs_that_are_over_are_counted_and_removed_and_their_keys_stay_taken()
    {
        workspace.Write("w.yaml", Samples.Echo);
        workspace.Write("other.yaml", Samples.Count);
        await workspace.AgentsAsync("run", "w.yaml", "--id", "first", "--key", "k");
        await workspace.AgentsAsync("run", "w.yaml", "--id", "second");
        workspace.Environment["AGENTS_FAULT_KILL"] = "after_commit:1";
        await workspace.AgentsAsync("run", "other.yaml", "--set", "from=1", "--id", "left");
        workspace.Environment["AGENTS_FAULT_KILL"] = null;

        var counted = (await workspace.AgentsAsync("runs", "prune", "--keep", "1", "--dry-run")).With(0);
        Assert.Equal("""{"runs":1,"removed":false}""" + "\n", counted.Out);
        Assert.Contains("1 run would be pruned", counted.Err, StringComparison.Ordinal);
        Assert.Equal(
            """{"runs":0,"removed":true}""" + "\n",
            (await workspace.AgentsAsync("runs", "prune", "--older-than", "30d")).With(0).Out);
        Assert.Equal(
            """{"runs":1,"removed":true}""" + "\n",
            (await workspace.AgentsAsync("runs", "prune", "--keep", "1")).With(0).Out);

        Assert.Equal("cli.run_unknown", (await workspace.AgentsAsync("runs", "show", "first")).With(2).FailureCode);
        Assert.Equal(
            "history.pruned",
            (await workspace.AgentsAsync("run", "w.yaml", "--id", "third", "--key", "k")).With(4).FailureCode);
        (await workspace.AgentsAsync("runs", "show", "second")).With(0);
        (await workspace.AgentsAsync("runs", "resume", "left")).With(0);
    }

    [Fact]
    public async Task Without_a_store_nothing_is_pruned_and_none_is_made()
    {
        Assert.Equal(
            """{"runs":0,"removed":true}""" + "\n",
            (await workspace.AgentsAsync("runs", "prune", "--keep", "0")).With(0).Out);
        Assert.False(File.Exists(workspace.Store));
    }

    public void Dispose() => workspace.Dispose();
}
