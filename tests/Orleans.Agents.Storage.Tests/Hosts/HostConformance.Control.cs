using Orleans.Agents.Failures;
using Orleans.Agents.Forks;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Storage.Tests.Hosts;

/// <content>What is asked of runs under way: to end, to stand still, to go on elsewhere, to begin anew from where they stood.</content>
public abstract partial class HostConformance
{
    [Fact]
    public async Task A_run_that_failed_is_forked_from_before_its_failure_and_repeats_nothing()
    {
        await using var host = await OpenAsync(HostWorkflows.Held);
        bodies["test.held"] = (call, _) => Task.FromResult<ToolResult>(calls.Count(c => c.Input == call.Input) == 1
            ? new ToolResult.Failed(new Failure(FailureClass.Permanent, "tool.broken", "not yet"))
            : new ToolResult.Succeeded(call.Input));
        var failed = await StartAsync(host[0]);
        Assert.Equal("tool.broken", (await EndAsync(host[1], failed)).Failure!.Code);
        var cut = (await host[1].ReadEventsAsync(failed))[1].Version;

        var fork = new ForkRequest(failed, cut, new RunId("mended"), Payload.Parse("""{"a":10}"""));
        var forked = Assert.IsType<StartResult.Started>(await host[1].ForkAsync(fork));
        var again = Assert.IsType<StartResult.Started>(await host[0].ForkAsync(fork));

        Assert.Equal((new RunId("mended"), true, false), (forked.Run, forked.IsNew, again.IsNew));
        Assert.Equal("[10,2]", (await EndAsync(host[0], forked.Run)).Output.ToString());
        Assert.Equal(3, calls.Count);
        Assert.Single(calls.Where(call => call.Input == Payload.Parse("2")).Select(call => call.Activity).Distinct());
        Assert.Equal("run.fork_boundary", Assert.IsType<StartResult.Refused>(await host[1].ForkAsync(fork with { At = cut - 1, As = null })).Failure.Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_run_is_cancelled_from_either_place_and_asking_again_is_a_repetition(int place)
    {
        await using var host = await OpenAsync(HostWorkflows.Held);
        var reached = Hold(1);
        var run = await StartAsync(host[0]);
        await reached.WaitAsync(Patience);

        Assert.IsType<Posted.Stored>(await host[place].CancelAsync(run, "not needed", "request-1"));
        Assert.Equal("run.cancelled", (await EndAsync(host[1], run)).Failure!.Code);
        Assert.IsType<Posted.Repeated>(await host[1 - place].CancelAsync(run, "not needed", "request-1"));
        Assert.IsType<Posted.RunIsOver>(await host[place].CancelAsync(run));
        Assert.IsType<Posted.NoSuchRun>(await host[place].CancelAsync(new RunId("run-none")));
    }

    [Fact]
    public async Task A_request_whose_name_is_too_long_is_a_mistake_of_the_caller()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);

        await Assert.ThrowsAsync<ArgumentException>(
            () => host[0].CancelAsync(new RunId("run-none"), null, new string('x', InboxNote.MaxIdLength + 1)));
    }

    [Fact]
    public async Task A_run_that_waits_for_long_is_put_down_and_goes_on_when_it_is_due()
    {
        await using var host = await OpenAsync(HostWorkflows.Resting);

        var run = await StartAsync(host[0]);

        Assert.False((await host[1].FindAsync(run))!.IsCarried);
        Assert.Equal("\"rested\"", (await EndAsync(host[1], run)).Output.ToString());
    }

    [Fact]
    public async Task What_a_place_carried_when_it_left_is_carried_on_by_the_other_and_no_result_is_made_twice()
    {
        await using var host = await OpenAsync(HostWorkflows.Held);
        var reached = Hold(40);
        var runs = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => StartAsync(host[i % 2])));
        await reached.WaitAsync(Patience);

        await host.LeaveAsync(0);
        held.SetResult();

        foreach (var run in runs)
        {
            Assert.Equal("[1,2]", (await EndAsync(host[1], run)).Output.ToString());
        }

        Assert.Equal(40, calls.Count(call => call.Activity.Visit == 1));
    }

    [Fact]
    public async Task A_suspended_run_begins_nothing_stays_so_when_its_place_leaves_and_goes_on_where_it_is_resumed()
    {
        await using var host = await OpenAsync(HostWorkflows.HeldBelow);
        var reached = Hold(2);
        var run = await StartAsync(host[0]);
        await reached.WaitAsync(Patience);

        Assert.Equal(new Posted.Stored(), await host[1].SuspendAsync(run, "wait", "request-1"));
        Assert.Equal(new Posted.Repeated(), await host[0].SuspendAsync(run, "wait", "request-1"));
        RunId[] family = [run, new($"{run}~1.0"), new($"{run}~1.1")];
        await Task.WhenAll(family.Select(member => UntilAsync(host[1], member, view => view.State.Suspension is not null)));
        held.SetResult();
        await Task.WhenAll(family.Select(member => UntilAsync(host[1], member, view => !view.IsCarried)));
        Assert.Equal(2, calls.Count);
        Assert.Equal(3, (await host[0].ListAsync(new RunQuery(Status: RunStatus.Suspended))).Length);

        await host.LeaveAsync(0);
        Assert.Equal(new Posted.Stored(), await host[1].SuspendAsync(run, "once more"));
        await host[1].ResumeAsync(run);

        Assert.Equal("""{"a":[1,11],"b":[2,12]}""", (await EndAsync(host[1], run)).Output.ToString());
        Assert.Equal(4, calls.Count);
    }
}
