using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Storage.Tests.Hosts;

/// <content>Branches that are not needed any more, or fail, or both.</content>
public abstract partial class HostConformance
{
    // Where the children are carried, chance decides where the host does not.
    [Fact]
    public async Task Who_loses_a_race_is_cancelled_wherever_it_runs_and_the_run_goes_on_with_the_winner()
    {
        await using var host = await OpenAsync(RaceWorkflows.Race);
        var reached = Hold(5);
        bodies["test.work"] = async (call, cancellation) =>
        {
            await reached.WaitAsync(cancellation);
            return new ToolResult.Succeeded(call.Input);
        };

        var run = await StartAsync(host[0]);

        Assert.Equal("""{"f":"first"}""", (await EndAsync(host[1], run)).Output.ToString());
        var losers = await host[1].ListChildrenAsync(run, null, 10);
        Assert.Equal(4, losers.Length);
        foreach (var loser in losers)
        {
            Assert.Equal("run.cancelled", (await EndAsync(host[0], loser.Id)).Failure!.Code);
        }

        Assert.Equal(7, calls.Count);
    }

    [Theory]
    [InlineData("[1,2,\"hold\"]", "[1,2]", null)]
    [InlineData("[1,\"fail\",2,\"hold\"]", "[1,2]", null)]
    [InlineData("[1,\"fail\",\"fail\"]", null, "branches.quorum")]
    public async Task So_many_children_as_are_asked_for_are_enough_and_fewer_fail_the_run(string input, string? output, string? code)
    {
        await using var host = await OpenAsync(RaceWorkflows.Quorum);
        HoldOrFail();

        var run = await StartAsync(host[0], input);
        var state = await EndAsync(host[1], run);

        Assert.Equal((output, code), (state.Failure is null ? state.Output.ToString() : null, state.Failure?.Code));
        Assert.All(await host[0].ListChildrenAsync(run, null, 10), child => Assert.True(child.Row.IsOver));
    }

    [Fact]
    public async Task Children_that_fail_are_results_where_the_workflow_collects_them()
    {
        await using var host = await OpenAsync(RaceWorkflows.Collecting);
        HoldOrFail();

        Assert.Equal("""[1,"tool.broken"]""", (await RunAsync(host, "[1,\"fail\"]")).Output.ToString());
    }

    [Fact]
    public async Task A_child_run_that_fails_is_caught_by_its_code()
    {
        await using var host = await OpenAsync(RaceWorkflows.Caught);
        HoldOrFail();

        Assert.Equal("""["permanent","tool.broken"]""", (await RunAsync(host, "\"fail\"")).Output.ToString());
    }

    [Fact]
    public async Task A_child_run_whose_failure_may_pass_is_run_again_as_another_run()
    {
        await using var host = await OpenAsync(RaceWorkflows.Caught);
        bodies["test.work"] = (call, _) => Task.FromResult<ToolResult>(calls.Count == 1
            ? new ToolResult.Failed(new Failure(FailureClass.Transient, "tool.busy", "busy"))
            : new ToolResult.Succeeded(call.Input));

        var run = await StartAsync(host[0], "7");

        Assert.Equal("7", (await EndAsync(host[1], run)).Output.ToString());
        var children = await host[1].ListChildrenAsync(run, null, 10);
        Assert.Equal([RunStatus.Succeeded, RunStatus.Failed], children.Select(child => child.Row.Status).Order());
    }

    // The tool does what its input says.
    private void HoldOrFail() => bodies["test.work"] = async (call, cancellation) => call.Input.ToString() switch
    {
        "\"hold\"" => await StopAsync(call, cancellation),
        "\"fail\"" => new ToolResult.Failed(new Failure(FailureClass.Permanent, "tool.broken", "no")),
        _ => new ToolResult.Succeeded(call.Input),
    };
}
