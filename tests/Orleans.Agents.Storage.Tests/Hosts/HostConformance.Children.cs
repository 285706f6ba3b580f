using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Tests.Hosts;

/// <content>Runs that others start and wait for.</content>
public abstract partial class HostConformance
{
    [Fact]
    public async Task A_run_that_is_cancelled_stops_its_children_and_ends_after_them()
    {
        await using var host = await OpenAsync(HostWorkflows.HeldBelow);
        var reached = Hold(2);
        var run = await StartAsync(host[0]);
        await reached.WaitAsync(Patience);

        await host[1].CancelAsync(run, "not needed");

        Assert.Equal("run.cancelled", (await EndAsync(host[1], run)).Failure!.Code);
        var children = await host[0].ListChildrenAsync(run, null, 10);
        Assert.Equal([$"{run}~1.0", $"{run}~1.1"], children.Select(child => child.Id.Value));
        Assert.All(children, child => Assert.True(child.Row.IsOver));
        foreach (var child in children)
        {
            Assert.Equal("run.cancelled", (await host[1].FindAsync(child.Id))!.State.Failure!.Code);
        }

        Assert.Equal(2, calls.Count);
    }

    [Fact]
    public async Task A_child_that_is_cancelled_fails_its_parent_which_stops_the_other()
    {
        await using var host = await OpenAsync(HostWorkflows.HeldBelow);
        var reached = Hold(2);
        var run = await StartAsync(host[0]);
        await reached.WaitAsync(Patience);
        var (asked, other) = (new RunId($"{run}~1.0"), new RunId($"{run}~1.1"));

        await host[1].CancelAsync(asked, "not this one");

        var failure = (await EndAsync(host[1], run)).Failure!;
        Assert.Equal("run.cancelled", failure.Code);
        Assert.Contains("not this one", $"{failure.Message} {failure.Cause?.Message}", StringComparison.Ordinal);
        Assert.Contains("not this one", (await EndAsync(host[0], asked)).Failure!.Message, StringComparison.Ordinal);
        Assert.Contains($"{run} does not wait for it", (await EndAsync(host[0], other)).Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Children_go_on_with_their_parent_when_its_place_leaves_and_are_not_started_again()
    {
        await using var host = await OpenAsync(HostWorkflows.HeldBelow);
        var reached = Hold(2);
        var run = await StartAsync(host[0]);
        await reached.WaitAsync(Patience);

        await host.LeaveAsync(0);
        held.SetResult();

        Assert.Equal("""{"a":[1,11],"b":[2,12]}""", (await EndAsync(host[1], run)).Output.ToString());
        Assert.Equal(2, (await host[1].ListChildrenAsync(run, null, 10)).Length);
        Assert.Equal(3, (await host[1].ListAsync(new RunQuery())).Length);
        var events = (await host[1].ReadEventsAsync(run)).SelectMany(append => append.Events);
        Assert.Equal(2, events.OfType<RunEvent.ChildStarted>().Count());
    }
}
