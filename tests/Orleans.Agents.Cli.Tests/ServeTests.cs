using System.Diagnostics;

namespace Orleans.Agents.Cli.Tests;

/// <summary>Processes that carry whatever waits in a store.</summary>
public sealed class ServeTests : IDisposable
{
    private const int KilledBySignal = 128 + 9;

    private readonly Workspace workspace = new();

    [Fact]
    public async Task It_carries_on_what_a_killed_process_left()
    {
        await LeaveAsync("left");
        using var server = await ServeAsync("--verbose");
        await Workspace.UntilTellsAsync(server, "Run left ended: Succeeded");
        await StopAsync(server, "TERM");

        var shown = (await workspace.AgentsAsync("runs", "show", "left")).With(0).Payload;
        Assert.Equal(3, shown.GetProperty("output").GetProperty("n").GetInt32());
    }

    [Fact]
    public async Task It_takes_over_from_a_server_that_is_killed()
    {
        await LeaveAwaitingAsync("waiting");
        using var first = await ServeAsync("--verbose");
        await Workspace.UntilTellsAsync(first, "Run waiting is carried on");
        using var second = await ServeAsync("--verbose");
        await Workspace.SignalAsync(first, "KILL");
        await Workspace.UntilTellsAsync(second, "Run waiting is carried on");
        workspace.Write("go.txt", "gone");
        await Workspace.UntilTellsAsync(second, "Run waiting ended: Succeeded");
        await StopAsync(second, "TERM");
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Stopped_it_hands_its_runs_over_at_once(string signal)
    {
        await LeaveAwaitingAsync("waiting");
        using var first = await ServeAsync("--verbose");
        await Workspace.UntilTellsAsync(first, "Run waiting is carried on");
        await UntilTakenOverAsync("waiting", times: 1);
        await StopAsync(first, signal);

        using var second = await ServeAsync("--verbose");
        await Workspace.UntilTellsAsync(second, "Run waiting is carried on");
        await UntilTakenOverAsync("waiting", times: 2);
        await StopAsync(second, signal);
    }

    [Fact]
    public async Task It_carries_a_run_that_was_started_for_it()
    {
        workspace.Write("w.yaml", Samples.Count);
        using var server = await ServeAsync("--verbose");
        var started = (await workspace.AgentsAsync("run", "w.yaml", "--set", "from=1", "--id", "mine", "-d")).With(0);
        await Workspace.UntilTellsAsync(server, "Run mine ended: Succeeded");
        await StopAsync(server, "TERM");

        Assert.Equal("""{"run":"mine","is_new":true}""" + "\n", started.Out);
        Assert.Contains("run mine is stored; whoever serves the store carries it", started.Err, StringComparison.Ordinal);
        var again = (await workspace.AgentsAsync("run", "w.yaml", "--set", "from=1", "--id", "mine", "-d", "-q")).With(0);
        Assert.Equal("""{"run":"mine","is_new":false}""" + "\n", again.Out);
        Assert.Empty(again.Err);
    }

    [Fact]
    public async Task A_run_that_was_started_for_it_has_done_nothing_before()
    {
        workspace.Write("w.yaml", Samples.Count);
        workspace.Environment["AGENTS_FAULT_RECORD"] = workspace.At("effects.txt");
        (await workspace.AgentsAsync("run", "w.yaml", "--set", "from=1", "--id", "mine", "--detach")).With(0);

        Assert.False(File.Exists(workspace.At("effects.txt")));
        var resumed = (await workspace.AgentsAsync("runs", "resume", "mine")).With(0);
        Assert.Equal("""{"n":3}""" + "\n", resumed.Out);
        Assert.Equal(2, (await File.ReadAllLinesAsync(workspace.At("effects.txt"))).Length);
    }

    [Fact]
    public async Task It_prunes_what_it_is_not_told_to_keep()
    {
        workspace.Write("w.yaml", Samples.Echo);
        foreach (var run in (string[])["first", "second", "third"])
        {
            (await workspace.AgentsAsync("run", "w.yaml", "--id", run)).With(0);
        }

        using (var modest = await ServeAsync("--verbose", "--retain-newest", "1", "--retain-for", "1d"))
        {
            await LeaveAsync("left");
            await Workspace.UntilTellsAsync(modest, "Run left ended: Succeeded");
            await StopAsync(modest, "TERM");
        }

        (await workspace.AgentsAsync("runs", "show", "first")).With(0);
        using var strict = await ServeAsync("--verbose", "--retain-newest", "1");
        await Workspace.UntilTellsAsync(strict, "3 runs that were over were pruned");
        await StopAsync(strict, "TERM");
        Assert.Equal("cli.run_unknown", (await workspace.AgentsAsync("runs", "show", "third")).With(2).FailureCode);
        (await workspace.AgentsAsync("runs", "show", "left")).With(0);
    }

    [Fact]
    public async Task It_tells_what_it_does_to_people_and_nothing_to_programs()
    {
        using var server = await ServeAsync();
        await Workspace.SignalAsync(server, "TERM");
        var ended = (await Workspace.EndOfAsync(server)).With(0);

        Assert.Empty(ended.Out);
        Assert.Equal(
            "stopping: work under way is cancelled, its runs are let go; a second signal ends at once\n"
            + "stopped; the runs are free for whoever serves next\n",
            ended.Err);
    }

    [Fact]
    public async Task Without_verbose_it_does_not_tell_of_single_runs()
    {
        await LeaveAsync("left");
        using var server = workspace.Start(["serve"]);
        await EndOfRunAsync("left");
        await Workspace.SignalAsync(server, "TERM");
        var ended = (await Workspace.EndOfAsync(server)).With(0);

        Assert.DoesNotContain("Run left", ended.Err, StringComparison.Ordinal);
        Assert.StartsWith($"serving {workspace.Store} under epoch 2", ended.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quiet_it_tells_nothing_when_nothing_is_wrong()
    {
        await LeaveAsync("left");
        using var server = workspace.Start(["serve", "--quiet"]);
        await EndOfRunAsync("left");
        await Workspace.SignalAsync(server, "INT");
        var ended = (await Workspace.EndOfAsync(server)).With(0);

        Assert.Empty(ended.Err + ended.Out);
    }

    [Fact]
    public async Task Definitions_are_checked_and_kept_before_anything_is_carried()
    {
        workspace.Write("w.yaml", Samples.Echo);
        using var server = workspace.Start(["serve", "w.yaml"]);
        await Workspace.UntilTellsAsync(server, "keeps workflow echo as");
        await Workspace.UntilTellsAsync(server, "serving");
        await StopAsync(server, "TERM");

        workspace.Write("broken.yaml", Samples.Broken);
        var refused = (await workspace.AgentsAsync("serve", "broken.yaml")).With(2);
        Assert.NotEmpty(refused.Payload.GetProperty("diagnostics").EnumerateArray());
        Assert.DoesNotContain("serving", refused.Err, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Did you mean '--lanes'?", "--lane=3")]
    [InlineData("expected a number from 1 to 10000", "--lanes", "0")]
    [InlineData("expected a duration such as", "--retain-for", "soon")]
    [InlineData("expected a number from 0", "--retain-newest", "-1")]
    [InlineData("contradict", "--quiet", "--verbose")]
    [InlineData("has no option '--json'", "--json")]
    public async Task A_mistake_in_typing_is_explained(string explanation, params string[] args)
    {
        var ended = (await workspace.AgentsAsync(["serve", .. args])).With(2);

        Assert.Contains(explanation, ended.Err, StringComparison.Ordinal);
        Assert.Equal("cli.usage", ended.FailureCode);
    }

    public void Dispose() => workspace.Dispose();

    // A server says that it carries a run before it has stored so; stopped in between, it has not taken it over.
    private async Task UntilTakenOverAsync(string run, int times)
    {
        for (var looks = 0; looks < 50; looks++)
        {
            var events = (await workspace.AgentsAsync("runs", "events", run)).With(0).Payload.EnumerateArray();
            if (events.Count(e => e.GetProperty("type").GetString() == "run.taken_over") == times)
            {
                return;
            }
        }

        Assert.Fail($"Run {run} was not taken over {times} times.");
    }

    private async Task<Process> ServeAsync(params string[] args)
    {
        var server = workspace.Start(["serve", .. args]);
        await Workspace.UntilTellsAsync(server, $"serving {workspace.Store} under epoch");
        return server;
    }

    private static async Task StopAsync(Process server, string signal)
    {
        await Workspace.SignalAsync(server, signal);
        var ended = (await Workspace.EndOfAsync(server)).With(0);
        Assert.Empty(ended.Out);
    }

    // A run that nobody carries, in the middle of its work.
    private async Task LeaveAsync(string run)
    {
        workspace.Write("count.yaml", Samples.Count);
        workspace.Environment["AGENTS_FAULT_KILL"] = "after_commit:2";
        (await workspace.AgentsAsync("run", "count.yaml", "--set", "from=1", "--id", run)).With(KilledBySignal);
        workspace.Environment["AGENTS_FAULT_KILL"] = null;
    }

    // The same, of a run that tries again until there is a file.
    private async Task LeaveAwaitingAsync(string run)
    {
        workspace.Write("await.yaml", Samples.Await);
        workspace.Environment["AGENTS_FAULT_KILL"] = "after_commit:2";
        (await workspace.AgentsAsync("run", "await.yaml", "--id", run)).With(KilledBySignal);
        workspace.Environment["AGENTS_FAULT_KILL"] = null;
    }

    private async Task EndOfRunAsync(string run)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while ((await workspace.AgentsAsync("runs", "show", run)).With(0).Payload.GetProperty("status").GetString()
            == "running")
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }
}
