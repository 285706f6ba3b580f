using System.Text;
using Npgsql;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;
using Orleans.Agents.Storage.Postgres;

namespace Orleans.Agents.Storage.Tests;

/// <summary>What is PostgreSQL's own: neighbours in one statement, broken connections, limits.</summary>
public sealed class PostgresStoreTests : StoreConformance<PostgresTestDatabase>
{
    [Theory]
    [InlineData("alter table appends add check (trace_parent <> 'poison')")]
    [InlineData(
        """
        create function refuse() returns trigger language plpgsql as $$ begin raise exception 'poisoned'; end $$;
        create trigger refuse before insert on appends for each row when (new.trace_parent = 'poison')
        execute function refuse()
        """)]
    public async Task An_append_the_database_refuses_does_not_fail_the_ones_beside_it(string rule)
    {
        Database.Execute(rule);
        await PoisonedAsync(append => append with { TraceParent = "poison" });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0xd83e)]
    public async Task A_text_the_database_cannot_hold_is_refused_and_does_not_fail_the_ones_beside_it(int character)
    {
        var text = $"nul, or half a pair: {(char)character}";
        await PoisonedAsync(append => append with { Row = append.Row with { State = text } });
        await RefusedAsync(AppendAsync(Start(new RunId(text))).AsTask());
    }

    [Fact]
    public async Task Bytes_are_kept_whatever_they_are()
    {
        byte[] events = [0, 0xff, 0xfe, (byte)'\'', (byte)'\\', 0];
        await StoredAsync(Start(Ada) with { Events = events });
        Assert.Equal(events, Assert.Single((await Store.Journal.ReadAsync(Ada, Stop))!.Tail).Events.ToArray());
    }

    [Fact]
    public async Task A_connection_that_was_ended_while_idle_costs_nobody_anything()
    {
        await StoredAsync(Start(Ada));
        Assert.NotNull(await Store.Runs.FindAsync(Ada, Stop));
        Assert.True(Database.Kill() >= 3);
        await StoredAsync(Next(Ada, 1));
        Assert.Equal(2, (await Store.Runs.FindAsync(Ada, Stop))!.Version);
    }

    [Fact]
    public async Task An_append_whose_connection_ends_before_the_commit_is_stored_once()
    {
        await StoredAsync(Start(Ada));
        await using var blocker = await Database.BlockAsync("select from runs for update");
        var append = AppendAsync(Next(Ada, 1)).AsTask();
        await Database.UntilAsync("exists (select from pg_stat_activity where wait_event_type = 'Lock' and {mine})");
        Database.Kill("%insert into appends%");
        await Database.UntilAsync("exists (select from pg_stat_activity where wait_event_type = 'Lock' and {mine})");
        await blocker.DisposeAsync();
        Assert.Equal(new Appended.Stored(), await append);
        Assert.Equal(2, (await Store.Journal.ReadAsync(Ada, Stop))!.Tail.Length);
    }

    [Fact]
    public async Task An_append_whose_answer_is_lost_after_the_commit_is_stored_once()
    {
        using var proxy = new CuttingProxy(PostgresServer.Shared);
        await using var store = Database.Open(proxy);
        var epoch = await store.Carriers.TakeAsync(isKeeper: false, Stop);
        var start = Start(Ada) with { Epoch = epoch };
        Assert.Equal(new Appended.Stored(), await store.Journal.AppendAsync(start, Stop));
        for (var version = 1; version < 4; version++)
        {
            var next = Next(Ada, version) with { Epoch = epoch };
            proxy.CutAtTheNextAnswerTo("insert into appends");
            Assert.Equal(new Appended.Stored(), await store.Journal.AppendAsync(next, Stop));
            Assert.Equal(version, proxy.Cuts);
        }

        var history = (await Store.Journal.ReadAsync(Ada, Stop))!;
        Assert.Equal([1L, 2L, 3L, 4L], history.Tail.Select(append => append.Version));
    }

    [Fact]
    public async Task A_process_that_stands_still_while_it_stores_a_child_holds_nothing_for_long()
    {
        const string standsStill = "exists (select from pg_stat_activity where {mine} and state = 'idle in transaction')";
        using var proxy = new CuttingProxy(PostgresServer.Shared);
        await using var store = Database.Open(proxy);
        var epoch = await store.Carriers.TakeAsync(isKeeper: false, Stop);
        await store.Journal.AppendAsync(Start(Ada) with { Epoch = epoch }, Stop);

        proxy.HoldTheNextAnswerTo("insert into appends");
        var append = Next(Ada, 1) with { Epoch = epoch, Children = [Start(Bob) with { Epoch = epoch }] };
        var stored = store.Journal.AppendAsync(append, Stop).AsTask();
        await Database.UntilAsync(standsStill);
        await Database.UntilAsync($"not {standsStill}");

        Assert.Equal(new Appended.Stored(), await stored);
        Assert.NotNull(await Store.Runs.FindAsync(Bob, Stop));
    }

    [Fact]
    public async Task Who_cannot_reach_the_server_is_told_so_and_may_try_again()
    {
        using var proxy = new CuttingProxy(PostgresServer.Shared);
        await using var store = Database.Open(proxy);
        var epoch = await store.Carriers.TakeAsync(isKeeper: false, Stop);
        var start = Start(Ada) with { Epoch = epoch };
        proxy.Close();
        await UnavailableAsync(store.Journal.AppendAsync(start, Stop).AsTask());
        await UnavailableAsync(store.Runs.FindAsync(Ada, Stop));
        await UnavailableAsync(store.Carriers.FenceGoneAsync(Stop));
        await UnavailableAsync(store.NowAsync(Stop));
        proxy.Open();
        Assert.Equal(new Appended.Stored(), await store.Journal.AppendAsync(start, Stop));
        Assert.False(await store.Carriers.IsFencedAsync(epoch, Stop));
    }

    [Fact]
    public async Task Many_writers_that_reach_for_the_same_runs_and_keys_neither_wait_for_each_other_nor_fail()
    {
        var other = await OpenAsync();
        var otherEpoch = await other.Carriers.TakeAsync(isKeeper: false, Stop);
        var random = new Random(7);
        var sent = Enumerable.Range(0, 6_000)
            .Select(_ => Start(new RunId($"run-{random.Next(2_000)}"), random.Next(2) == 0 ? $"key-{random.Next(500)}" : null))
            .Select((start, n) => n % 2 == 0
                ? Store.Journal.AppendAsync(start, Stop).AsTask()
                : other.Journal.AppendAsync(start with { Epoch = otherEpoch }, Stop).AsTask());
        var outcomes = await Task.WhenAll(sent);
        Assert.All(outcomes, outcome => Assert.True(outcome is Appended.Stored or Appended.AlreadyStarted, $"{outcome}"));
        Assert.Equal(
            Database.Ask<long>("select count(*) from runs"), Database.Ask<long>("select count(*) from appends"));
    }

    [Fact]
    public async Task Appends_reach_every_row_by_an_index_also_when_their_plans_were_made_for_empty_tables()
    {
        const string Scans =
            """
            select coalesce(sum(seq_scan), 0)::bigint from pg_stat_user_tables
            where schemaname = current_schema() and relname in ('runs', 'appends', 'snapshots', 'inbox', 'blobs', 'children')
            """;
        const string NobodyIsConnected = "not exists (select from pg_stat_activity where {mine})";
        await Store.DisposeAsync();
        await Database.UntilAsync(NobodyIsConnected);
        Database.Execute("vacuum analyze runs, appends, snapshots, inbox, blobs, children");
        var scans = Database.Ask<long>(Scans);

        await using var store = await OpenAsync();
        var epoch = await store.Carriers.TakeAsync(isKeeper: false, Stop);
        Task SendAsync(Append append) => store.Journal.AppendAsync(append with { Epoch = epoch }, Stop).AsTask();
        await SendAsync(Start(Ada));
        await SendAsync(Next(Ada, 1));
        await SendAsync(Next(Ada, 2) with { Snapshot = Text("s"), Consumed = ["n"], Blobs = [Blob.Of(new byte[100_000])] });
        await SendAsync(Next(Ada, 3) with { Children = [Start(new RunId("ada~1.0")) with { Epoch = epoch }] });
        await SendAsync(End(Ada, 4));
        await Task.WhenAll(Enumerable.Range(0, 300).Select(n => SendAsync(Start(new RunId($"run-{n}"), $"key-{n}"))));
        await Task.WhenAll(Enumerable.Range(0, 300).Select(n => SendAsync(Release(new RunId($"run-{n}"), 1, Noon))));
        await store.DisposeAsync();
        await Database.UntilAsync(NobodyIsConnected);
        Assert.Equal(scans, Database.Ask<long>(Scans));
        Assert.Equal(300, Database.Ask<long>("select count(*) from runs where version = 2 and wake_at is not null"));
    }

    [Fact]
    public async Task Events_can_be_read_one_by_one_by_people()
    {
        await StoredAsync(Start(Ada) with { Events = """[{"type":"run.started"},{"type":"state.entered"}]"""u8.ToArray() });
        Assert.Equal(
            "run.started, state.entered",
            Database.Ask<string>("select string_agg(type, ', ' order by seq, place) from events where run = 'ada'"));
    }

    [Fact]
    public async Task People_see_the_mark_of_what_was_taken_out_and_it_is_stored_once()
    {
        var large = Blob.Of(new byte[100_000]);
        var mark = $$"""{"$blob":"{{large.Hash}}"}""";
        var text = $$"""{"blobs_at":[26],"value":[{"type":"saved","output":{{mark}}},{"type":"entered"}]}""";
        await StoredAsync(Start(Ada) with { Events = Encoding.UTF8.GetBytes(text), Blobs = [large] });
        await StoredAsync(Next(Ada, 1) with { Blobs = [large], Events = "[]"u8.ToArray() });
        Assert.Equal(
            large.Hash, Database.Ask<string>("select event #>> '{output,$blob}' from events where run = 'ada' and place = 1"));
        Assert.Equal(1, Database.Ask<long>("select count(*) from blobs join events on hash = event #>> '{output,$blob}'"));

        await StoredAsync(End(Ada, 2));
        await Store.Runs.PruneAsync(new PruneRule(null, 0), Stop);
        Assert.Equal(0, Database.Ask<long>("select count(*) from blobs"));
    }

    [Fact]
    public async Task An_append_that_neither_starts_nor_lets_go_changes_no_index_of_runs()
    {
        await StoredAsync(Start(Ada));
        for (var version = 1; version < 20; version++)
        {
            await StoredAsync(Next(Ada, version));
        }

        await Database.UntilAsync(
            "(select n_tup_hot_upd from pg_stat_user_tables where relid = 'runs'::regclass) = 19");
        Assert.Equal(19L, Database.Ask<long>("select n_tup_upd from pg_stat_user_tables where relid = 'runs'::regclass"));
    }

    [Fact]
    public void Options_out_of_range_are_refused_before_the_database_is_touched()
    {
        Assert.Throws<ArgumentException>(() => new PostgresStore(new PostgresStoreOptions()));
        Assert.Throws<ArgumentException>(() => With(options => options.DataSource = NpgsqlDataSource.Create("Host=x")));
        Assert.Throws<ArgumentOutOfRangeException>(() => With(options => options.Lease = TimeSpan.FromSeconds(0.9)));
        Assert.Throws<ArgumentOutOfRangeException>(() => With(options => options.Lease = TimeSpan.FromMinutes(11)));
        Assert.Throws<ArgumentOutOfRangeException>(() => With(options => options.MaxWriters = 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => With(options => options.MaxWriters = 9));
        Assert.Throws<ArgumentOutOfRangeException>(() => With(options => options.MaxWaitingBytes = 0));
    }

    private static PostgresStore With(Action<PostgresStoreOptions> change)
    {
        var options = new PostgresStoreOptions { ConnectionString = "Host=nowhere" };
        change(options);
        return new PostgresStore(options);
    }

    private async Task PoisonedAsync(Func<Append, Append> poison)
    {
        var sent = Enumerable.Range(0, 60)
            .Select(n => Start(new RunId($"run-{n}")))
            .Select((append, n) => AppendAsync(n % 20 == 7 ? poison(append) : append).AsTask())
            .ToList();
        for (var n = 0; n < sent.Count; n++)
        {
            if (n % 20 == 7)
            {
                await RefusedAsync(sent[n]);
            }
            else
            {
                Assert.Equal(new Appended.Stored(), await sent[n]);
            }

            Assert.Equal(n % 20 != 7, await Store.Runs.FindAsync(new RunId($"run-{n}"), Stop) is not null);
        }
    }

    private static async Task RefusedAsync(Task call)
    {
        var problem = await Assert.ThrowsAsync<StoreException>(() => call);
        Assert.Equal(("store.refused", false), (problem.Code, problem.IsTransient));
    }

    private static async Task UnavailableAsync(Task call)
    {
        var problem = await Assert.ThrowsAsync<StoreException>(() => call);
        Assert.Equal(("store.unavailable", true), (problem.Code, problem.IsTransient));
    }
}
