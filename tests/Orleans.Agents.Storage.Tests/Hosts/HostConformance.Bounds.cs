using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Storage.Tests.Hosts;

/// <content>Bounds that a workflow sets itself, and what becomes of a run that comes to them.</content>
public abstract partial class HostConformance
{
    [Fact]
    public async Task A_cycle_goes_round_as_often_as_it_may_and_ends_as_the_workflow_says()
    {
        await using var host = await OpenAsync(BoundWorkflows.Cycle);

        Assert.Equal("3", (await RunAsync(host)).Output.ToString());
        Assert.Equal(["1", "2", "3"], calls.Select(call => call.Input.ToString()));
    }

    [Fact]
    public async Task A_cycle_that_nobody_ends_fails_its_run()
    {
        await using var host = await OpenAsync(BoundWorkflows.UncaughtCycle);

        Assert.Equal("workflow.max_visits", (await RunAsync(host)).Failure!.Code);
        Assert.Equal(3, calls.Count);
    }

    [Fact]
    public async Task A_chain_of_messages_is_as_long_as_its_hops_allow()
    {
        await using var host = await OpenAsync(BoundWorkflows.Chain);
        foreach (var agent in (string[])["writer", "critic", "writer", "critic"])
        {
            Model.Answers(agent, "a word");
        }

        var run = await StartAsync(host[0]);

        Assert.Equal("\"reply\"", (await EndAsync(host[1], run)).Output.ToString());
        var events = (await host[1].ReadEventsAsync(run)).SelectMany(append => append.Events);
        Assert.Equal([1, 2, 3], events.OfType<RunEvent.MessageSent>().Select(sent => sent.Message.HopIndex));
    }

    [Fact]
    public async Task A_tool_a_fan_out_and_a_child_run_that_take_too_long_are_cancelled_and_the_run_goes_on()
    {
        await using var host = await OpenAsync(BoundWorkflows.Slow);
        bodies["test.held"] = StopAsync;

        var run = await StartAsync(host[0]);

        Assert.Equal("\"timeout\"", (await EndAsync(host[1], run)).Output.ToString());
        Assert.Equal("run.cancelled", (await EndAsync(host[1], new RunId($"{run}~3.0"))).Failure!.Code);
        Assert.DoesNotContain(calls, call => call.Input == Payload.Parse("3"));
    }

    [Fact]
    public async Task A_wait_that_nobody_answers_in_time_fails_and_the_next_one_takes_the_late_answer()
    {
        await using var host = await OpenAsync(BoundWorkflows.Unanswered);
        var run = await StartAsync(host[0]);
        await WaitingAsync(host[1], run, "again");

        await host[1].SignalAsync(run, "approval", Payload.Parse("1"));

        Assert.Equal("1", (await EndAsync(host[0], run)).Output.ToString());
    }

    [Fact]
    public async Task A_fan_out_over_nothing_is_over_at_once()
    {
        await using var host = await OpenAsync(BoundWorkflows.Nothing);

        Assert.Equal("[[],{}]", (await RunAsync(host, "[]")).Output.ToString());
        Assert.Empty(calls);
    }

    [Fact]
    public async Task Branches_that_fail_at_first_are_tried_again_one_by_one()
    {
        await using var host = await OpenAsync(BoundWorkflows.Retried);
        bodies["test.work"] = (call, _) => Task.FromResult<ToolResult>(call.Attempt <= call.Activity.Branch
            ? new ToolResult.Failed(new Failure(FailureClass.Transient, "tool.busy", "busy"))
            : new ToolResult.Succeeded(call.Input));

        Assert.Equal("[7,8,9]", (await RunAsync(host, "[7,8,9]")).Output.ToString());
        Assert.Equal(
            [(0, 1), (1, 1), (1, 2), (2, 1), (2, 2), (2, 3)], calls.Select(call => (call.Activity.Branch, call.Attempt)).Order());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_call_of_which_nobody_knows_what_became_is_decided_about_from_either_place(int place)
    {
        await using var host = await OpenAsync(BoundWorkflows.Undecided);
        bodies["test.once"] = (_, _) => throw new InvalidOperationException("Boom.");
        var run = await StartAsync(host[0]);
        await UntilAsync(host[1], run, view => view.State.Open.GetValueOrDefault(0)?.AwaitsDecision is true);
        var activity = new ActivityId(run, 1, 0);

        var refused = await host[place].DecideAsync(activity, new Verdict.Accept(Payload.Parse("\"seven\"")));
        Assert.Equal("output.invalid", Assert.IsType<DecideResult.Refused>(refused).Failure.Code);
        Assert.Equal(new DecideResult.Decided(1), await host[place].DecideAsync(activity, new Verdict.Accept(Payload.Parse("7"))));

        Assert.Equal("7", (await EndAsync(host[1], run)).Output.ToString());
        Assert.Single(calls);
    }

    [Fact]
    public async Task A_run_uses_no_more_than_its_budget_and_its_child_no_more_than_its_share()
    {
        await using var host = await OpenAsync(BoundWorkflows.Spent);

        Assert.Equal("""["budget.activities",[7,8]]""", (await RunAsync(host, "[7,8]")).Output.ToString());
        Assert.Equal("""["budget.activities","budget.activities"]""", (await RunAsync(host, "[7,8,9,10]")).Output.ToString());
    }
}
