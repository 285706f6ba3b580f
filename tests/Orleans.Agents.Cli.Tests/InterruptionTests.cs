namespace Orleans.Agents.Cli.Tests;

/// <summary>Processes that end before their runs do, and those that carry the runs on.</summary>
public sealed class InterruptionTests : IDisposable
{
    private const int KilledBySignal = 128 + 9;

    private readonly Workspace workspace = new();

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task An_interrupted_run_can_be_carried_on_as_it_was_told(string signal)
    {
        workspace.Write("w.yaml", Samples.Await);
        using var process = workspace.Start(["run", "w.yaml", "--id", "waiting", "--verbose"]);
        await Workspace.UntilTellsAsync(process, "attempt 1 failed with files.not_found");
        await Workspace.SignalAsync(process, signal);
        var interrupted = (await Workspace.EndOfAsync(process)).With(130);

        Assert.Equal("cli.interrupted", interrupted.FailureCode);
        Assert.Contains(
            $"the run goes on with: agents runs resume waiting --store {workspace.Store}",
            interrupted.Err, StringComparison.Ordinal);

        workspace.Write("go.txt", "gone");
        var resumed = (await workspace.AgentsAsync("runs", "resume", "waiting")).With(0);

        Assert.Equal("""{"text":"gone"}""" + "\n", resumed.Out);
    }

    [Theory]
    [InlineData("before_send:2")]
    [InlineData("after_send:2")]
    [InlineData("after_commit:2")]
    [InlineData("before_dispatch:2")]
    [InlineData("after_effect:2")]
    public async Task A_killed_run_is_carried_on_by_its_key(string kill)
    {
        string[] run = ["run", workspace.Write("w.yaml", Samples.Count), "--set", "from=1", "--key", "k"];
        workspace.Environment["AGENTS_FAULT_KILL"] = kill;
        (await workspace.AgentsAsync(run)).With(KilledBySignal);
        workspace.Environment["AGENTS_FAULT_KILL"] = null;

        Assert.Equal("""{"n":3}""" + "\n", (await workspace.AgentsAsync(run)).With(0).Out);
    }

    [Fact]
    public async Task All_runs_that_nobody_carries_are_carried_on_together()
    {
        workspace.Write("w.yaml", Samples.Count);
        workspace.Environment["AGENTS_FAULT_KILL"] = "after_commit:2";
        (await workspace.AgentsAsync("run", "w.yaml", "--set", "from=1", "--id", "one")).With(KilledBySignal);
        (await workspace.AgentsAsync("run", "w.yaml", "--set", "from=2", "--id", "two")).With(KilledBySignal);
        workspace.Environment["AGENTS_FAULT_KILL"] = null;

        var all = (await workspace.AgentsAsync("runs", "resume", "--all")).With(0);
        var resumed = all.Payload.EnumerateArray().ToList();

        Assert.Equal(["one", "two"], resumed.Select(r => r.GetProperty("run").GetString()).Order());
        Assert.All(resumed, r => Assert.Equal("succeeded", r.GetProperty("status").GetString()));
        Assert.Empty((await workspace.AgentsAsync("runs", "resume", "--all")).With(0).Payload.EnumerateArray());
    }

    [Fact]
    public async Task A_run_that_another_process_carries_is_followed_and_not_disturbed()
    {
        workspace.Write("w.yaml", Samples.Await);
        using var carrier = workspace.Start(["run", "w.yaml", "--id", "waiting", "--verbose"]);
        await Workspace.UntilTellsAsync(carrier, "attempt 1 failed");
        var shown = (await workspace.AgentsAsync("runs", "show", "waiting")).With(0);
        Assert.Equal("running", shown.Payload.GetProperty("status").GetString());
        using var follower = workspace.Start(["run", "w.yaml", "--id", "waiting"]);
        await Workspace.UntilTellsAsync(follower, "run waiting was started before; following it");
        workspace.Write("go.txt", "gone");
        var carried = (await Workspace.EndOfAsync(carrier)).With(0);
        var followed = (await Workspace.EndOfAsync(follower)).With(0);

        Assert.Equal(carried.Out, followed.Out);
        var events = (await workspace.AgentsAsync("runs", "events", "waiting")).Payload.EnumerateArray();
        Assert.DoesNotContain(events, e => e.GetProperty("type").GetString() == "run.taken_over");
    }

    public void Dispose() => workspace.Dispose();
}
