using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Tests.Hosts;

/// <content>Runs that others start and do not wait for.</content>
public abstract partial class HostConformance
{
    [Fact]
    public async Task What_is_launched_goes_on_by_itself_when_its_parent_is_cancelled()
    {
        await using var host = await OpenAsync(RaceWorkflows.Launching);
        var reached = Hold(2);
        var run = await StartAsync(host[0]);
        await reached.WaitAsync(Patience);

        await host[1].CancelAsync(run);
        Assert.Equal("run.cancelled", (await EndAsync(host[1], run)).Failure!.Code);
        held.SetResult();

        Assert.Equal("\"worked\"", (await EndAsync(host[1], new RunId($"{run}~1.0"))).Output.ToString());
        Assert.Equal(2, calls.Count);
    }

    [Fact]
    public async Task What_is_launched_is_launched_once_and_goes_on_at_the_other_place_when_its_own_leaves()
    {
        await using var host = await OpenAsync(RaceWorkflows.Launching);
        var reached = Hold(2);
        var run = await StartAsync(host[0]);
        await reached.WaitAsync(Patience);

        await host.LeaveAsync(0);
        held.SetResult();

        Assert.Equal($"\"{run}~1.0\"", (await EndAsync(host[1], run)).Output.ToString());
        Assert.Equal("\"worked\"", (await EndAsync(host[1], new RunId($"{run}~1.0"))).Output.ToString());
        Assert.Equal(2, (await host[1].ListAsync(new RunQuery())).Length);
    }

    [Fact]
    public async Task A_run_launches_no_more_than_its_budget_allows_and_all_that_it_launched_end()
    {
        await using var host = await OpenAsync(RaceWorkflows.LaunchingMany);

        var run = await StartAsync(host[0]);

        Assert.Equal(RunStatus.Succeeded, (await EndAsync(host[1], run)).Status);
        foreach (var visit in (int[])[1, 2, 3])
        {
            Assert.Equal($"{visit}", (await EndAsync(host[1], new RunId($"{run}~{visit}.0"))).Output.ToString());
        }

        Assert.Equal(4, (await host[1].ListAsync(new RunQuery())).Length);
    }

    [Fact]
    public async Task Runs_that_launch_themselves_go_no_deeper_than_the_first_of_them_allows()
    {
        await using var host = await OpenAsync(RaceWorkflows.LaunchingItself);

        var run = await StartAsync(host[0]);

        Assert.Equal($"\"{run}~2.0\"", (await EndAsync(host[1], run)).Output.ToString());
        Assert.Equal("budget.depth", (await EndAsync(host[1], new RunId($"{run}~2.0"))).Failure!.Code);
        Assert.Equal(2, calls.Count);
    }
}
