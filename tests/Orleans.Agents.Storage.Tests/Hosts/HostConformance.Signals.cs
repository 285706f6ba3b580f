using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Storage.Tests.Hosts;

/// <content>Signals, from whichever place.</content>
public abstract partial class HostConformance
{
    [Fact]
    public async Task Signals_are_sent_from_either_place_early_and_in_time_and_each_comes_once()
    {
        await using var host = await OpenAsync(HostWorkflows.Approving);
        var reached = Hold(1);
        var run = await StartAsync(host[0]);
        await reached.WaitAsync(Patience);

        Assert.Equal(new SignalResult.Sent("a"), await host[1].SignalAsync(run, "approval", Payload.Parse("1"), "a"));
        Assert.Equal(new SignalResult.SentBefore("a"), await host[0].SignalAsync(run, "approval", Payload.Parse("9"), "a"));
        held.SetResult();
        var wait = await WaitingAsync(host[1], run, "again");
        Assert.Equal(("again", "approval", null), (wait.State, wait.Signal, wait.Until));
        Assert.Equal(new SignalResult.SentBefore("a"), await host[1].SignalAsync(run, "approval", Payload.Parse("9"), "a"));
        await RefusedAsync(host[1], run, "approval", "\"two\"", "signal.invalid");
        await RefusedAsync(host[0], run, "aproval", "2", "signal.unknown");
        await RefusedAsync(host[1], new RunId("run-none"), "approval", "2", "run.unknown");
        Assert.IsType<SignalResult.Sent>(await host[0].SignalAsync(run, "approval", Payload.Parse("2")));

        Assert.Equal("[1,2]", (await EndAsync(host[1], run)).Output.ToString());
        Assert.Equal(new SignalResult.SentBefore("a"), await host[0].SignalAsync(run, "approval", Payload.Parse("1"), "a"));
        await RefusedAsync(host[1], run, "approval", "3", "run.over");
    }

    [Fact]
    public async Task A_signal_wakes_a_run_that_was_put_down_and_reaches_it_after_its_place_has_left()
    {
        await using var host = await OpenAsync(HostWorkflows.Approving);
        var run = await StartAsync(host[0]); // its tool answers at once
        await WaitingAsync(host[1], run, "approve");
        Assert.Equal("approve", Assert.Single(await host[1].FindWaitsAsync(await host[1].ListAsync(new RunQuery()))).State);

        await host[1].SignalAsync(run, "approval", Payload.Parse("1"));
        await WaitingAsync(host[1], run, "again");
        await host.LeaveAsync(0);
        await host[1].SignalAsync(run, "approval", Payload.Parse("2"));

        Assert.Equal("[1,2]", (await EndAsync(host[1], run)).Output.ToString());
    }

    [Fact]
    public async Task Child_runs_that_wait_side_by_side_are_found_from_their_parent_and_told_one_by_one()
    {
        await using var host = await OpenAsync(HostWorkflows.ApprovedBelow);
        var run = await StartAsync(host[0]);
        while ((await host[1].FindWaitsAsync(run)).Length < 2)
        {
            await Task.Delay(10);
        }

        await RefusedAsync(host[0], run, "approval", "1", "signal.unknown");
        await host[0].SignalAsync(new RunId($"{run}~1.1"), "approval", Payload.Parse("2"));
        await host[1].SignalAsync(new RunId($"{run}~1.0"), "approval", Payload.Parse("1"));

        Assert.Equal("""{"a":1,"b":2}""", (await EndAsync(host[1], run)).Output.ToString());
    }
}
