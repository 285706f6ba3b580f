namespace Orleans.Agents.Cli.Tests;

/// <summary><c>agents runs cancel</c>: stops a run, whoever carries it.</summary>
public sealed class CancelTests : IDisposable
{
    private const int KilledBySignal = 128 + 9;

    private readonly Workspace workspace = new();

    [Fact]
    public async Task A_run_that_another_process_carries_is_stopped_there()
    {
        workspace.Write("w.yaml", Samples.Await);
        using var carrier = workspace.Start(["run", "w.yaml", "--id", "waiting", "--verbose"]);
        await Workspace.UntilTellsAsync(carrier, "attempt 1 failed");

        var cancelled = (await workspace.AgentsAsync("runs", "cancel", "wait", "--reason", "no longer needed")).With(0);
        var carried = (await Workspace.EndOfAsync(carrier)).With(1);

        Assert.Equal("run.cancelled", carried.FailureCode);
        Assert.Equal("run.cancelled", cancelled.FailureCode);
        Assert.Equal(("waiting", "failed"), (
            cancelled.Payload.GetProperty("run").GetString(), cancelled.Payload.GetProperty("status").GetString()));
        Assert.Contains("no longer needed", carried.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("run.taken_over", await EventsAsync("waiting"), StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_run_that_nobody_carries_is_ended_without_beginning_its_work_again()
    {
        await LeaveAsync();

        Assert.Equal("run.cancelled", (await workspace.AgentsAsync("runs", "cancel", "left")).With(0).FailureCode);

        Assert.Equal(["run.taken_over", "run.failed"], (await EventsAsync("left")).TakeLast(2));
        Assert.Equal("run.cancelled", (await workspace.AgentsAsync("runs", "resume", "left")).With(1).FailureCode);
    }

    [Theory]
    [InlineData("before_send:1")]
    [InlineData("after_commit:1")]
    public async Task Whoever_dies_while_cancelling_has_cancelled(string kill)
    {
        await LeaveAsync();
        workspace.Environment["AGENTS_FAULT_KILL"] = kill;
        (await workspace.AgentsAsync("runs", "cancel", "left")).With(KilledBySignal);
        workspace.Environment["AGENTS_FAULT_KILL"] = null;

        Assert.Equal("run.cancelled", (await workspace.AgentsAsync("runs", "resume", "left")).With(1).FailureCode);
        Assert.Equal("run.cancelled", (await workspace.AgentsAsync("runs", "cancel", "left")).With(0).FailureCode);
        Assert.Single(await EventsAsync("left"), "run.failed");
    }

    [Fact]
    public async Task A_run_that_is_over_cannot_be_cancelled()
    {
        workspace.Write("w.yaml", Samples.Echo);
        await workspace.AgentsAsync("run", "w.yaml", "--id", "done");

        var refused = (await workspace.AgentsAsync("runs", "cancel", "done")).With(3);

        Assert.Equal("cli.run_over", refused.FailureCode);
        Assert.Contains("it succeeded", refused.Err, StringComparison.Ordinal);
        Assert.Equal("cli.run_unknown", (await workspace.AgentsAsync("runs", "cancel", "zzz")).With(2).FailureCode);
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
