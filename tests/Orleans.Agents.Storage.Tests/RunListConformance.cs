using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Tests;

/// <summary>What it means to find runs.</summary>
public abstract class RunListConformance<TDatabase> : StoreConformance<TDatabase>
    where TDatabase : ITestDatabase, new()
{
    [Fact]
    public async Task A_run_is_found_by_its_name_and_by_its_key()
    {
        await StoredAsync(Start(Ada, key: "order-7"));
        Assert.Equal(
            new RunRecord(
                Ada, "greet", "hash", "order-7", 1, Epoch, new RunRow(RunStatus.Running, "first"), Noon, Noon),
            await Store.Runs.FindAsync(Ada, Stop));
        Assert.Equal(Ada, (await Store.Runs.FindByKeyAsync("order-7", Stop))?.Id);
        Assert.Null(await Store.Runs.FindAsync(Bob, Stop));
        Assert.Null(await Store.Runs.FindByKeyAsync("order-8", Stop));
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_and_page_by_page()
    {
        for (var n = 0; n < 7; n++)
        {
            await StoredAsync(Start(new RunId($"run-{n}")) with { At = Noon.AddSeconds(-n) });
        }

        Assert.Equal(["run-6", "run-5", "run-4"], await ListAsync(new RunQuery(3)));
        Assert.Equal(["run-3", "run-2", "run-1"], await ListAsync(new RunQuery(3, Before: new RunId("run-4"))));
        Assert.Equal(["run-0"], await ListAsync(new RunQuery(3, Before: new RunId("run-1"))));
        Assert.Empty(await ListAsync(new RunQuery(3, Before: new RunId("run-0"))));
        Assert.Empty(await ListAsync(new RunQuery(3, Before: new RunId("unknown"))));
    }

    [Fact]
    public async Task A_list_can_be_of_one_status_and_one_workflow()
    {
        await StoredAsync(Start(new RunId("a"), workflow: "greet"));
        await StoredAsync(Start(new RunId("b"), workflow: "part"));
        await StoredAsync(Start(new RunId("c"), workflow: "greet"));
        await StoredAsync(Start(new RunId("d"), workflow: "greet"));
        await StoredAsync(End(new RunId("c"), 1));
        Assert.Equal(["d", "c", "a"], await ListAsync(new RunQuery(Workflow: "greet")));
        Assert.Equal(["c"], await ListAsync(new RunQuery(Status: RunStatus.Succeeded)));
        Assert.Equal(["a"], await ListAsync(new RunQuery(1, RunStatus.Running, "greet", new RunId("d"))));
    }

    [Fact]
    public async Task A_list_can_be_of_one_time()
    {
        for (var n = 0; n < 4; n++)
        {
            await StoredAsync(Start(new RunId($"run-{n}")) with { At = Noon.AddSeconds(n) });
        }

        Assert.Equal(["run-3", "run-2"], await ListAsync(new RunQuery { StartedFrom = Noon.AddSeconds(2) }));
        Assert.Equal(["run-1", "run-0"], await ListAsync(new RunQuery { StartedBefore = Noon.AddSeconds(2) }));
        Assert.Equal(
            ["run-1"],
            await ListAsync(new RunQuery { StartedFrom = Noon.AddTicks(1), StartedBefore = Noon.AddSeconds(1.5) }));
    }

    [Fact]
    public async Task A_list_can_be_of_one_parent()
    {
        await StoredAsync(Start(Bob));
        await StoredAsync(Start(Ada) with { Children = [Start(new RunId("ada~1.0")), Start(new RunId("ada~1.1"))] });

        Assert.Equal(["ada~1.1", "ada~1.0"], await ListAsync(new RunQuery { Parent = Ada }));
        Assert.Equal(["ada~1.0"], await ListAsync(new RunQuery(Before: new RunId("ada~1.1")) { Parent = Ada }));
        Assert.Empty(await ListAsync(new RunQuery { Parent = Bob }));
        Assert.Empty(await ListAsync(new RunQuery { Parent = new RunId("nobody") }));
    }

    [Fact]
    public async Task A_list_can_be_of_one_tenant()
    {
        foreach (var run in (string[])["acme:a", "acme", "acme-2:b", "b", "acm:c", "acme:a~1.0"])
        {
            await StoredAsync(Start(new RunId(run)));
        }

        Assert.Equal(["acme:a~1.0", "acme:a"], await ListAsync(new RunQuery { Tenant = "acme" }));
        Assert.Empty(await ListAsync(new RunQuery { Tenant = "b" }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_001)]
    public async Task A_page_has_a_size_one_can_read(int limit) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.Runs.ListAsync(new RunQuery(limit), Stop));

    [Fact]
    public async Task Released_runs_wait_until_they_are_due_and_the_oldest_comes_first()
    {
        Assert.Null(await Store.Runs.NextDueAsync(Stop));
        await ParkAsync("late", Noon.AddMinutes(3));
        await ParkAsync("early", Noon.AddMinutes(1));
        await ParkAsync("middle", Noon.AddMinutes(2));
        await ParkAsync("never", null);
        Assert.Equal(Noon.AddMinutes(1), await Store.Runs.NextDueAsync(Stop));
        Assert.Empty(await WaitingAsync(Noon));
        Assert.Equal(["early", "middle"], await WaitingAsync(Noon.AddMinutes(2)));
        Assert.Equal(["early", "middle"], await WaitingAsync(Noon.AddHours(1), limit: 2));
    }

    [Fact]
    public async Task A_run_is_never_due_early()
    {
        await ParkAsync("ada", Noon.AddTicks(1));
        Assert.Empty(await WaitingAsync(Noon));
        Assert.Equal(Noon.AddMilliseconds(1), await Store.Runs.NextDueAsync(Stop));
        Assert.Equal(["ada"], await WaitingAsync(Noon.AddMilliseconds(1)));
    }

    [Fact]
    public async Task A_released_run_shows_when_it_wakes_and_a_claimed_one_does_not()
    {
        await ParkAsync("ada", Noon);
        var parked = await Store.Runs.FindAsync(Ada, Stop);
        Assert.Equal((null, true, Noon), (parked!.Owner, parked.Row.IsReleased, parked.Row.WakeAt));
        Assert.True(await ClaimAsync(Ada, Epoch));
        var carried = await Store.Runs.FindAsync(Ada, Stop);
        Assert.Equal((Epoch, false, null), (carried!.Owner!.Value, carried.Row.IsReleased, carried.Row.WakeAt));
        Assert.Empty(await WaitingAsync(Noon.AddHours(1)));
        Assert.Null(await Store.Runs.NextDueAsync(Stop));
    }

    [Fact]
    public async Task A_run_can_be_released_and_over_in_its_first_append()
    {
        await StoredAsync(Start(Ada) with { Row = new RunRow(RunStatus.Running, "waits", null, true, Noon) });
        await StoredAsync(Start(Bob) with { Row = new RunRow(RunStatus.Succeeded, null, null, true, Noon) });
        Assert.Equal(["ada"], await WaitingAsync(Noon));
        var over = await Store.Runs.FindAsync(Bob, Stop);
        Assert.Equal((null, new RunRow(RunStatus.Succeeded, null)), (over!.Owner, over.Row));
    }

    [Fact]
    public async Task Runs_of_a_fenced_owner_wait_before_the_ones_that_are_due()
    {
        await ParkAsync("due", Noon);
        await StoredAsync(Start(new RunId("orphan")));
        await StoredAsync(Start(new RunId("over")));
        await StoredAsync(End(new RunId("over"), 1));
        await ReopenAsync();
        await StoredAsync(Start(new RunId("carried")));
        Assert.Equal(["due"], await WaitingAsync(Noon));
        await Store.Carriers.FenceGoneAsync(Stop);
        Assert.Equal(["orphan", "due"], await WaitingAsync(Noon));
        Assert.Equal(["orphan"], await WaitingAsync(Noon, limit: 1));
        await ClaimAsync(new RunId("orphan"), Epoch);
        Assert.Equal(["due"], await WaitingAsync(Noon));
    }

    [Fact]
    public async Task Orphans_of_many_epochs_are_all_found()
    {
        for (var n = 0; n < 5; n++)
        {
            await StoredAsync(Start(new RunId($"run-{n}")));
            await Store.Carriers.ReleaseAsync(Epoch, Stop);
            await ReopenAsync();
        }

        Assert.Equal(
            ["run-0", "run-1", "run-2", "run-3", "run-4"],
            (await WaitingAsync(Noon)).Order(StringComparer.Ordinal));
    }

    private async Task ParkAsync(string run, DateTimeOffset? wakeAt)
    {
        await StoredAsync(Start(new RunId(run)));
        await StoredAsync(Release(new RunId(run), 1, wakeAt));
    }

    private async Task<IEnumerable<string>> ListAsync(RunQuery query) =>
        (await Store.Runs.ListAsync(query, Stop)).Select(run => run.Id.Value);

    private async Task<IEnumerable<string>> WaitingAsync(DateTimeOffset now, int limit = 100) =>
        (await Store.Runs.FindWaitingAsync(new WaitingQuery(now, limit), Stop)).Select(run => run.Value);
}
