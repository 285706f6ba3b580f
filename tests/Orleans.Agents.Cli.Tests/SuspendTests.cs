namespace Orleans.Agents.Cli.Tests;

/// <summary><c>agents runs suspend</c>: has a run begin nothing until it is resumed.</summary>
public sealed class SuspendTests : IDisposable
{
    private const int KilledBySignal = 128 + 9;

    private readonly Workspace workspace = new();

    [Fact]
    public async Task A_run_that_nobody_carries_is_suspended_shown_and_goes_on_when_it_is_resumed()
    {
        await LeaveAsync();

        var suspended = (await workspace.AgentsAsync("runs", "suspend", "left", "--reason", "prices are wrong")).With(0);
        Assert.Equal(("left", "suspended"), (
            suspended.Payload.GetProperty("run").GetString(), suspended.Payload.GetProperty("status").GetString()));
        Assert.Contains("agents runs resume left", suspended.Err, StringComparison.Ordinal);
        (await workspace.AgentsAsync("runs", "resume", "--all")).With(0);

        var shown = (await workspace.AgentsAsync("runs", "show", "left")).With(0).Payload;
        var listed = Assert.Single((await workspace.AgentsAsync("runs", "list", "--status", "suspended")).With(0).Payload.EnumerateArray());
        Assert.Equal("suspended", shown.GetProperty("status").GetString());
        foreach (var document in new[] { shown.GetProperty("suspended"), listed.GetProperty("suspended") })
        {
            Assert.Equal("prices are wrong", document.GetProperty("reason").GetString());
            Assert.Equal("agents runs resume left", document.GetProperty("resume").GetString());
            Assert.Equal(suspended.Payload.GetProperty("suspended").GetProperty("since").GetString(), document.GetProperty("since").GetString());
        }

        Assert.Equal(["run.taken_over", "run.suspended"], (await EventsAsync("left")).TakeLast(2));
        (await workspace.AgentsAsync("runs", "resume", "left")).With(0);
        Assert.Contains("run.resumed", await EventsAsync("left"), StringComparer.Ordinal);
    }

    [Fact]
    public async Task To_suspend_it_again_is_no_mistake()
    {
        await LeaveAsync();
        var first = (await workspace.AgentsAsync("runs", "suspend", "left", "--quiet")).With(0);

        var again = (await workspace.AgentsAsync("runs", "suspend", "left", "--quiet", "--reason", "again")).With(0);

        Assert.Equal(first.Out, again.Out);
        Assert.Single(await EventsAsync("left"), "run.suspended");
    }

    [Fact]
    public async Task A_run_that_another_process_carries_stands_still_there()
    {
        workspace.Write("w.yaml", Samples.Await);
        using var carrier = workspace.Start(["run", "w.yaml", "--id", "waiting", "--verbose"]);
        await Workspace.UntilTellsAsync(carrier, "attempt 1 failed");

        (await workspace.AgentsAsync("runs", "suspend", "waiting")).With(0);
        (await workspace.AgentsAsync("runs", "cancel", "waiting")).With(0);

        Assert.Equal("run.cancelled", (await Workspace.EndOfAsync(carrier)).With(1).FailureCode);
    }

    [Fact]
    public async Task A_run_that_is_over_cannot_be_suspended()
    {
        workspace.Write("w.yaml", Samples.Echo);
        await workspace.AgentsAsync("run", "w.yaml", "--id", "done");

        Assert.Equal("cli.run_over", (await workspace.AgentsAsync("runs", "suspend", "done")).With(3).FailureCode);
        Assert.Equal("cli.run_unknown", (await workspace.AgentsAsync("runs", "suspend", "zzz")).With(2).FailureCode);
    }

    public void Dispose() => workspace.Dispose();

    private async Task LeaveAsync()
    {
        workspace.Write("w.yaml", Samples.Count);
        workspace.Environment["AGENTS_FAULT_KILL"] = "after_commit:2";
        (await workspace.AgentsAsync("run", "w.yaml", "--set", "from=1", "--id", "left")).With(KilledBySignal);
        workspace.Environment["AGENTS_FAULT_KILL"] = null;
    }

    private async Task<IReadOnlyList<string>> EventsAsync(string run) =>
    [
        .. (await workspace.AgentsAsync("runs", "events", run)).With(0).Payload.EnumerateArray()
            .Select(e => e.GetProperty("type").GetString()!),
    ];
}
