using System.Diagnostics;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Storage.Postgres;

namespace Orleans.Agents.Storage.Tests;

/// <summary>How a process is found to be gone, and what must not be taken for it.</summary>
public sealed class PostgresCarrierTests : StoreConformance<PostgresTestDatabase>
{
    private static readonly Epoch Silent = new(1_000);

    [Fact]
    public async Task Who_has_been_silent_for_its_lease_is_fenced_by_one_who_was_never_late_for_as_long()
    {
        AddSilent("null");
        Assert.Empty(await Store.Carriers.FenceGoneAsync(Stop));
        Database.Execute("update beats set on_time_since = clock_timestamp() - interval '11 s' where epoch < 1000");
        Assert.Equal(Silent, Assert.Single(await Store.Carriers.FenceGoneAsync(Stop)));
        Assert.False(await Store.Carriers.IsFencedAsync(Epoch, Stop));
    }

    [Fact]
    public async Task Who_is_fenced_for_its_silence_has_crashed_and_who_said_goodbye_has_not()
    {
        AddSilent("null");
        Database.Execute("update beats set on_time_since = clock_timestamp() - interval '11 s' where epoch < 1000");
        var polite = await OpenAsync();
        var left = await polite.Carriers.TakeAsync(isKeeper: true, Stop);
        await polite.DisposeAsync();
        Assert.Equal([left, Silent], (await Store.Carriers.FenceGoneAsync(Stop)).OrderBy(epoch => epoch.Value));
        await Store.Carriers.ReleaseAsync(Silent, Stop); // too late

        Assert.Equal(Silent, Assert.Single(await Store.Carriers.FindCrashedAsync([Epoch, left, Silent], Stop)));
    }

    [Fact]
    public async Task Who_carries_nothing_itself_cannot_tell_that_others_are_silent()
    {
        AddSilent("null");
        Database.Execute("update beats set on_time_since = clock_timestamp() - interval '11 s' where epoch < 1000");
        var other = await OpenAsync();
        Assert.Empty(await other.Carriers.FenceGoneAsync(Stop));
    }

    [Fact]
    public async Task A_database_that_stood_still_fences_nobody()
    {
        var other = await OpenAsync();
        await other.Carriers.TakeAsync(isKeeper: true, Stop);
        Database.Execute("update beats set on_time_since = clock_timestamp() - interval '1 h'");

        // As if nothing had happened for a minute: the last beats are old, whoever looks first.
        for (var i = 0; i < 20; i++)
        {
            Database.Execute("update beats set at = clock_timestamp() - interval '1 min'");
            Assert.Empty(await Store.Carriers.FenceGoneAsync(Stop));
            Assert.Empty(await other.Carriers.FenceGoneAsync(Stop));
        }
    }

    [Fact]
    public async Task A_late_beat_begins_a_new_time_on_time()
    {
        Database.Execute("update beats set on_time_since = '2020-01-01', at = clock_timestamp() - interval '6 s'");
        await Database.UntilAsync("(select bool_and(on_time_since > '2021-01-01') from beats)");
        Database.Execute("update beats set on_time_since = '2020-01-01', at = clock_timestamp() + interval '6 s'");
        await Database.UntilAsync("(select bool_and(on_time_since > '2021-01-01') from beats)");
    }

    [Fact]
    public async Task Who_has_a_long_lease_is_late_as_soon_as_one_with_a_short_lease_would_be()
    {
        AddSilent("null", "clock_timestamp()", "2.5 s");
        Database.Execute("update beats set on_time_since = '2020-01-01', at = clock_timestamp() - interval '2 s'");
        await Database.UntilAsync("(select on_time_since > '2021-01-01' from beats where epoch < 1000)");
    }

    [Fact]
    public async Task A_free_lock_says_that_its_process_is_gone()
    {
        AddSilent("pg_postmaster_start_time()", "clock_timestamp()");
        Assert.Equal(Silent, Assert.Single(await Store.Carriers.FenceGoneAsync(Stop)));
    }

    [Fact]
    public async Task Of_a_process_of_this_machine_one_can_see_that_it_is_gone()
    {
        using var ended = Process.Start("true");
        await ended.WaitForExitAsync(Stop);
        var gone = $"{Environment.MachineName}:{ended.Id}";
        var here = $"{Environment.MachineName}:{Environment.ProcessId}";

        Assert.Equal(TimeSpan.Zero, GoneCarriers.DoubtAbout([gone]));
        Assert.NotEqual(TimeSpan.Zero, GoneCarriers.DoubtAbout([gone, here]));
        Assert.NotEqual(TimeSpan.Zero, GoneCarriers.DoubtAbout([$"another-{gone}"]));
        Assert.NotEqual(TimeSpan.Zero, GoneCarriers.DoubtAbout([Environment.MachineName]));
        AddSilent("pg_postmaster_start_time()", "clock_timestamp()", process: gone);
        Assert.Equal(Silent, Assert.Single(await Store.Carriers.FenceGoneAsync(Stop)));
    }

    [Fact]
    public async Task A_lock_of_before_a_restart_says_nothing()
    {
        AddSilent("pg_postmaster_start_time() - interval '1 s'", "clock_timestamp()");
        Assert.Empty(await Store.Carriers.FenceGoneAsync(Stop));
    }

    [Fact]
    public async Task Who_lost_its_connections_takes_its_lock_again_before_anybody_fences_it()
    {
        await StoredAsync(Start(Ada));
        for (var version = 1; version < 6; version++)
        {
            Database.Kill();
            await Database.UntilAsync(
                "exists (select from pg_locks join carrier on lock_key = classid::bigint << 32 | objid::bigint)");
            Assert.Empty(await Store.Carriers.FenceGoneAsync(Stop));
            await StoredAsync(Next(Ada, version));
        }
    }

    [Fact]
    public async Task Beats_lost_in_a_crash_of_the_server_come_back_and_so_do_the_locks()
    {
        Database.Execute("truncate beats");
        var other = await OpenAsync();
        await other.Carriers.TakeAsync(isKeeper: true, Stop);
        Assert.Empty(await other.Carriers.FenceGoneAsync(Stop));
        await Database.UntilAsync("(select count(*) from beats where locked_under = pg_postmaster_start_time()) = 2");
        Assert.Empty(await other.Carriers.FenceGoneAsync(Stop));
    }

    [Fact]
    public async Task Who_finds_itself_fenced_remembers_it_and_lets_its_lock_go()
    {
        Database.Execute("update carrier set fenced_at = clock_timestamp()");
        await Database.UntilAsync(
            "not exists (select from pg_locks join carrier on lock_key = classid::bigint << 32 | objid::bigint)");
        Database.Execute("update carrier set fenced_at = null");
        Assert.True(await Store.Carriers.IsFencedAsync(Epoch, Stop));
    }

    [Fact]
    public async Task An_append_under_way_is_waited_for_by_whoever_fences_its_epoch()
    {
        await StoredAsync(Start(Ada));
        await using var blocker = await Database.BlockAsync("select from runs for update");
        var append = AppendAsync(Next(Ada, 1)).AsTask();
        await Database.UntilAsync("exists (select from pg_stat_activity where wait_event_type = 'Lock' and {mine})");
        var release = Store.Carriers.ReleaseAsync(Epoch, Stop);
        await Database.UntilAsync(
            "(select count(*) from pg_stat_activity where wait_event_type = 'Lock' and {mine}) = 2");
        await blocker.DisposeAsync();
        await release;
        Assert.Equal(new Appended.Stored(), await append);
        Assert.IsType<Appended.Lost>(await AppendAsync(Next(Ada, 2)));
    }

    [Fact]
    public async Task Of_several_keepers_each_is_offered_its_share_and_together_all()
    {
        for (var n = 0; n < 30; n++)
        {
            await StoredAsync(Start(new RunId($"run-{n}")));
            await StoredAsync(n % 2 == 0 ? Release(new RunId($"run-{n}"), 1, Noon) : Next(new RunId($"run-{n}"), 1));
        }

        await Store.Carriers.ReleaseAsync(Epoch, Stop);
        var second = await Store.Carriers.TakeAsync(isKeeper: true, Stop);
        var third = await Store.Carriers.TakeAsync(isKeeper: true, Stop);
        var bystander = await Store.Carriers.TakeAsync(isKeeper: false, Stop);
        Database.Execute("update carrier set fenced_at = fenced_at + interval '1 h'"); // however long this takes
        var shares = new List<RunId>();
        foreach (var keeper in new[] { second, third })
        {
            var share = await Store.Runs.FindWaitingAsync(new WaitingQuery(Noon, 100, keeper), Stop);
            Assert.InRange(share.Length, 10, 20);
            shares.AddRange(share);
        }

        Assert.Equal(30, shares.Distinct().Count());
        Assert.Equal(30, (await Store.Runs.FindWaitingAsync(new WaitingQuery(Noon, 100, bystander), Stop)).Length);
        Assert.Equal(30, (await Store.Runs.FindWaitingAsync(new WaitingQuery(Noon, 100), Stop)).Length);
    }

    [Fact]
    public async Task What_one_keeper_leaves_lying_is_offered_to_the_others_after_their_own()
    {
        var idle = await Store.Carriers.TakeAsync(isKeeper: true, Stop);
        var asks = await Store.Carriers.TakeAsync(isKeeper: true, Stop);
        for (var n = 0; n < 30; n++)
        {
            var run = new RunId($"run-{n}");
            await StoredAsync(Start(run));
            await StoredAsync(n % 3 == 0 ? Next(run, 1) : Release(run, 1, n % 3 == 1 ? Noon : null));
            if (n % 3 == 2)
            {
                await Store.Inbox.PostAsync(new InboxNote(run, "n", Noon, Text("note")), Stop);
            }
        }

        async Task<RunId[]> AskAsync(Epoch keeper, double seconds, int limit = 100) =>
            [.. await Store.Runs.FindWaitingAsync(new WaitingQuery(Noon.AddSeconds(seconds), limit, keeper), Stop)];

        await Store.Carriers.ReleaseAsync(Epoch, Stop);
        Database.Execute("update carrier set fenced_at = fenced_at + interval '1 h'"); // however long this takes
        var own = await AskAsync(asks, 1.9);
        var others = await AskAsync(idle, 1.9);
        Assert.Equal(30, own.Concat(others).Distinct().Count());
        Assert.InRange(own.Length, 10, 20);

        Database.Execute("update carrier set fenced_at = fenced_at - interval '2 h'");
        var all = await AskAsync(asks, 2);
        Assert.Equal(own, all[..own.Length]);
        Assert.Equal(others, all[own.Length..]);
        Assert.Equal(own, await AskAsync(asks, 2, own.Length));
    }

    [Fact]
    public async Task The_clock_of_the_store_is_the_servers()
    {
        var before = Database.Ask<DateTime>("select clock_timestamp()");
        var now = await Store.NowAsync(Stop);
        Assert.InRange(now!.Value, before, Database.Ask<DateTime>("select clock_timestamp()"));
    }

    private void AddSilent(
        string lockedUnder,
        string at = "clock_timestamp() - interval '11 s'",
        string lease = "10 s",
        string process = "nowhere:1")
    {
        Database.Execute(
            $"""
            insert into carrier (epoch, process, is_keeper, lease, lock_key)
            values ({Silent}, '{process}', true, '{lease}', 77);
            insert into beats (epoch, at, on_time_since, locked_under)
            values ({Silent}, {at}, clock_timestamp(), {lockedUnder})
            """);
    }
}
