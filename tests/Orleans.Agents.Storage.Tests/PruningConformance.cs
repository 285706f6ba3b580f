using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Tests;

/// <summary>What it means to forget runs.</summary>
public abstract class PruningConformance<TDatabase> : StoreConformance<TDatabase>
    where TDatabase : ITestDatabase, new()
{
    [Fact]
    public async Task Of_a_pruned_run_nothing_is_left_but_that_it_was_there()
    {
        await StoredAsync(Start(Ada, key: "k") with { Snapshot = Text("state") });
        await Store.Inbox.PostAsync(new InboxNote(Ada, "n", Noon, Text("note")), Stop);
        await StoredAsync(End(Ada, 1));
        await StoredAsync(Start(Bob));
        Assert.Equal(new Pruned(1, null), await PruneAsync(new PruneRule(null, 0)));
        Assert.Null(await Store.Runs.FindAsync(Ada, Stop));
        Assert.Null(await Store.Runs.FindByKeyAsync("k", Stop));
        Assert.Equal(Bob, Assert.Single(await Store.Runs.ListAsync(new RunQuery(), Stop)).Id);
        Assert.Empty(await Store.Runs.ListAsync(new RunQuery(Status: RunStatus.Succeeded), Stop));
        Assert.Empty(await Store.Runs.ListAsync(new RunQuery(Before: Ada), Stop));
        Assert.Empty(await Store.Journal.ReadAsync([Ada], Stop));
        Assert.Empty(await Store.Journal.ReadAppendsAsync(Ada, 0, 10, Stop));
        Assert.Empty(await Store.Inbox.ReadAsync(Ada, Stop));
        Assert.True(await Store.Runs.WasPrunedAsync(Ada, Stop));
        Assert.False(await Store.Runs.WasPrunedAsync(Bob, Stop));
        Assert.False(await Store.Runs.WasPrunedAsync(new RunId("nobody"), Stop));
        Assert.Equal(new Pruned(0, null), await PruneAsync(new PruneRule(null, 0)));
    }

    [Fact]
    public async Task Names_and_start_keys_stay_taken()
    {
        await StoredAsync(Start(Ada, key: "k"));
        await StoredAsync(End(Ada, 1));
        await PruneAsync(new PruneRule(null, 0));
        await ReopenAsync();
        Assert.Equal(new Appended.AlreadyStarted(Ada), await AppendAsync(Start(Ada)));
        Assert.Equal(new Appended.AlreadyStarted(Ada), await AppendAsync(Start(Bob, key: "k")));
        Assert.Equal(new Appended.AlreadyStarted(Ada), await AppendAsync(Start(Ada, key: "k2")));
        Assert.Null(await Store.Runs.FindAsync(Bob, Stop));
        await StoredAsync(Start(Bob, key: "k2"));
        Assert.Equal(new Posted.RunIsOver(), await Store.Inbox.PostAsync(new InboxNote(Ada, "n", Noon, Text("n")), Stop));
        Assert.Empty(await Store.Journal.ClaimAsync([new RunClaim(Ada, 2)], Epoch, Stop));
        Assert.IsType<Appended.Lost>(await AppendAsync(Next(Ada, 2)));
        Assert.True(await Store.Runs.WasPrunedAsync(Ada, Stop));
    }

    [Fact]
    public async Task A_run_that_is_not_over_is_kept_whatever_the_rule_says()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Start(Bob));
        await StoredAsync(Release(Bob, 1, Noon));
        Assert.Equal(new Pruned(0, null), await PruneAsync(new PruneRule(Noon.AddYears(1), 0)));
        Assert.Equal([1, 2], (await Store.Journal.ReadAsync([Ada, Bob], Stop)).Select(h => h.Tail.Length).Order());
    }

    [Fact]
    public async Task Runs_are_pruned_by_when_they_ended()
    {
        for (var n = 0; n < 6; n++)
        {
            await EndedAsync($"run-{n}", Noon.AddHours(n % 2 == 0 ? n : -n));
        }

        Assert.Equal(new Pruned(4, null), await PruneAsync(new PruneRule(Noon.AddHours(1), null)));
        Assert.Equal(["run-4", "run-2"], await NamesAsync());
        Assert.Equal(new Pruned(0, null), await PruneAsync(new PruneRule(Noon.AddHours(2), null)));
        Assert.Equal(new Pruned(1, null), await PruneAsync(new PruneRule(Noon.AddHours(2).AddMilliseconds(1), null)));
    }

    [Fact]
    public async Task The_newest_of_those_that_are_over_are_kept()
    {
        for (var n = 0; n < 6; n++)
        {
            await EndedAsync($"run-{n}", Noon);
            await StoredAsync(Start(new RunId($"live-{n}")));
        }

        Assert.Equal(new Pruned(0, null), await PruneAsync(new PruneRule(null, 6)));
        Assert.Equal(new Pruned(4, null), await PruneAsync(new PruneRule(null, 2)));
        Assert.Equal(["run-5", "run-4"], (await NamesAsync()).Where(name => name[0] == 'r'));
        Assert.Equal(new Pruned(2, null), await PruneAsync(new PruneRule(null, 0)));
        Assert.Equal(6, (await NamesAsync()).Count());
    }

    [Fact]
    public async Task What_one_of_the_conditions_keeps_is_kept()
    {
        for (var n = 0; n < 6; n++)
        {
            await EndedAsync($"run-{n}", Noon.AddHours(n));
        }

        Assert.Equal(new Pruned(2, null), await PruneAsync(new PruneRule(Noon.AddHours(2), 1)));
        Assert.Equal(new Pruned(1, null), await PruneAsync(new PruneRule(Noon.AddHours(9), 3)));
        Assert.Equal(["run-5", "run-4", "run-3"], await NamesAsync());
    }

    [Fact]
    public async Task A_rule_without_a_condition_is_refused()
    {
        await EndedAsync("run", Noon);
        foreach (var rule in (PruneRule[])
        [
            new(null, null), new(null, -1), new(null, 0, Limit: 0), new(null, 0, Limit: 1_001), new(null, 0, After: -1),
        ])
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => PruneAsync(rule));
        }

        Assert.Single(await NamesAsync());
    }

    [Fact]
    public async Task A_rehearsal_counts_and_removes_nothing()
    {
        for (var n = 0; n < 5; n++)
        {
            await EndedAsync($"run-{n}", Noon);
        }

        Assert.Equal(5, await PassAsync(new PruneRule(null, 0, Limit: 2, IsRehearsal: true)));
        Assert.Equal(5, (await NamesAsync()).Count());
        Assert.Equal(5, await PassAsync(new PruneRule(null, 0, Limit: 2)));
        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task A_pass_of_many_calls_sees_every_run_once_also_those_between_many_that_live()
    {
        for (var n = 0; n < 70; n++)
        {
            await StoredAsync(Start(new RunId($"run-{n:d2}")));
            if (n % 23 == 0)
            {
                await StoredAsync(End(new RunId($"run-{n:d2}"), 1));
            }
        }

        Assert.Equal(4, await PassAsync(new PruneRule(Noon.AddDays(1), null, Limit: 1)));
        Assert.Equal(66, (await NamesAsync()).Count());
    }

    [Fact]
    public async Task A_run_with_a_long_journal_is_removed_whole_and_its_neighbours_are_not_touched()
    {
        await StoredAsync(Start(Bob));
        await StoredAsync(Next(Bob, 1) with { Snapshot = Text("kept") });
        await StoredAsync(Start(Ada));
        for (var version = 1; version < 1_200; version++)
        {
            await StoredAsync(Next(Ada, version));
        }

        await StoredAsync(End(Ada, 1_200));
        Assert.Equal(1, await PassAsync(new PruneRule(null, 0)));
        var kept = await Store.Journal.ReadAsync(Bob, Stop);
        Assert.Equal(2, kept!.Snapshot!.Version);
        Assert.Equal(2, (await Store.Journal.ReadAppendsAsync(Bob, 0, 10, Stop)).Length);
        await StoredAsync(Next(Bob, 2));
    }

    [Fact]
    public async Task Of_many_who_prune_at_once_each_run_is_pruned_by_one()
    {
        for (var n = 0; n < 40; n++)
        {
            await EndedAsync($"run-{n}", Noon);
        }

        var other = await OpenAsync();
        var counts = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => Task.Run(() =>
            (n % 2 == 0 ? Store : other).Runs.PruneAsync(new PruneRule(null, 0), Stop))));
        Assert.Equal(40, counts.Sum(some => some.Runs) + await PassAsync(new PruneRule(null, 0)));
        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task Runs_start_and_go_on_while_others_are_pruned()
    {
        for (var n = 0; n < 60; n++)
        {
            await EndedAsync($"old-{n}", Noon);
        }

        await StoredAsync(Start(Ada));
        var pruning = Task.Run(() => PassAsync(new PruneRule(Noon.AddMinutes(1), null, Limit: 7)));
        for (var version = 1; version < 40; version++)
        {
            await StoredAsync(Next(Ada, version));
            await StoredAsync(Start(new RunId($"new-{version}")) with { At = Noon.AddHours(1) });
        }

        Assert.Equal(60, await pruning);
        Assert.Equal(40, (await NamesAsync()).Count());
        Assert.Equal(40, (await Store.Journal.ReadAppendsAsync(Ada, 0, 100, Stop)).Length);
    }

    private async Task EndedAsync(string run, DateTimeOffset at)
    {
        await StoredAsync(Start(new RunId(run)) with { At = at.AddDays(-1) });
        await StoredAsync(End(new RunId(run), 1) with { At = at });
    }

    private Task<Pruned> PruneAsync(PruneRule rule) => Store.Runs.PruneAsync(rule, Stop);

    private async Task<int> PassAsync(PruneRule rule)
    {
        var runs = 0;
        for (long? next = 0; next is { } after;)
        {
            var some = await PruneAsync(rule with { After = after });
            Assert.InRange(some.Runs, 0, rule.Limit);
            runs += some.Runs;
            next = some.Next;
        }

        return runs;
    }

    private async Task<IEnumerable<string>> NamesAsync() =>
        (await Store.Runs.ListAsync(new RunQuery(1_000), Stop)).Select(run => run.Id.Value);
}
