using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Tests;

/// <summary>What it means to be a journal.</summary>
public abstract class JournalConformance<TDatabase> : StoreConformance<TDatabase>
    where TDatabase : ITestDatabase, new()
{
    [Fact]
    public async Task Many_runs_are_read_at_once_and_those_that_do_not_exist_left_out()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Start(Bob));
        await StoredAsync(Next(Bob, 1) with { Snapshot = Text("snapshot") });
        await StoredAsync(Next(Bob, 2));

        var histories = await Store.Journal.ReadAsync([Bob, new RunId("nobody"), Ada, Bob], Stop);

        var ada = histories.Single(history => history.Record.Id == Ada);
        var bob = histories.Single(history => history.Record.Id == Bob);
        Assert.Equal(2, histories.Length);
        Assert.Equal((1L, null, 1), (ada.Record.Version, ada.Snapshot, ada.Tail.Length));
        Assert.Equal((3L, 2L, 1), (bob.Record.Version, bob.Snapshot?.Version, bob.Tail.Length));
    }

    [Fact]
    public async Task What_is_new_of_many_runs_is_read_at_once()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Next(Ada, 1, events: 3, text: "two"));
        await StoredAsync(Next(Ada, 4, text: "three"));
        await StoredAsync(Start(Bob, text: "bob"));
        var nobody = new RunId("nobody");

        var news = await Store.Journal.ReadNewAsync([new(Bob, 0), new(nobody, 0), new(Ada, 1)], 10, Stop);
        var page = await Store.Journal.ReadNewAsync([new(Ada, 0), new(Bob, 1)], 2, Stop);

        Assert.Equal(["[\"bob\"]"], news.Single(n => n.Run == Bob).Appends.Select(a => Text(a.Events)));
        Assert.Equal([4L, 5L], news.Single(n => n.Run == Ada).Appends.Select(a => a.Version));
        Assert.Equal(2, news.Length);
        Assert.Equal([1L, 4L], Assert.Single(page).Appends.Select(a => a.Version));
        Assert.Empty(await Store.Journal.ReadNewAsync([], 10, Stop));
    }

    [Fact]
    public async Task A_run_nobody_started_has_no_history()
    {
        Assert.Null(await Store.Journal.ReadAsync(Ada, Stop));
        Assert.Empty(await Store.Journal.ReadAppendsAsync(Ada, 0, 10, Stop));
    }

    [Fact]
    public async Task What_was_appended_is_read_in_order_and_byte_for_byte()
    {
        await StoredAsync(Start(Ada, text: "ünïcödé 🦊"));
        await StoredAsync(Next(Ada, 1, events: 3, text: "two") with { TraceParent = "00-aa-bb-01" });
        var history = await Store.Journal.ReadAsync(Ada, Stop);
        Assert.NotNull(history);
        Assert.Equal([1L, 4L], history.Tail.Select(append => append.Version));
        Assert.Equal(["[\"ünïcödé 🦊\"]", "[\"two\"]"], history.Tail.Select(append => Text(append.Events)));
        Assert.Equal([null, "00-aa-bb-01"], history.Tail.Select(append => append.TraceParent));
        Assert.All(history.Tail, append => Assert.Equal((Noon, Epoch), (append.At, append.Epoch)));
    }

    [Fact]
    public async Task The_row_is_as_the_last_append_left_it()
    {
        await StoredAsync(Start(Ada, key: "order-7"));
        var later = Noon.AddSeconds(5).AddTicks(9_999);
        var failed = new RunRow(RunStatus.Failed, null, "boom");
        await StoredAsync(Next(Ada, 1, events: 2) with { At = later, Row = failed });
        Assert.Equal(
            new RunRecord(
                Ada, "greet", "hash", "order-7", 3, null, failed, Noon, Noon.AddSeconds(5)),
            (await Store.Journal.ReadAsync(Ada, Stop))!.Record);
    }

    [Fact]
    public async Task Appends_are_read_in_pages()
    {
        await StoredAsync(Start(Ada));
        for (var version = 1; version < 10; version++)
        {
            await StoredAsync(Next(Ada, version));
        }

        var page = await Store.Journal.ReadAppendsAsync(Ada, 4, 3, Stop);
        Assert.Equal([5L, 6L, 7L], page.Select(append => append.Version));
        Assert.Empty(await Store.Journal.ReadAppendsAsync(Ada, 10, 3, Stop));
    }

    [Fact]
    public async Task A_snapshot_supersedes_the_one_before_and_the_appends_up_to_it()
    {
        await StoredAsync(Start(Ada) with { Snapshot = Text("old") });
        await StoredAsync(Next(Ada, 1) with { Snapshot = Text("new") });
        await StoredAsync(Next(Ada, 2));
        var history = await Store.Journal.ReadAsync(Ada, Stop);
        Assert.Equal((2L, "[\"new\"]"), (history!.Snapshot!.Version, Text(history.Snapshot.State)));
        Assert.Equal([3L], history.Tail.Select(append => append.Version));
        Assert.Equal(3, (await Store.Journal.ReadAppendsAsync(Ada, 0, 10, Stop)).Length);
    }

    [Fact]
    public async Task Runs_do_not_see_each_other()
    {
        await StoredAsync(Start(Ada, text: "ada"));
        await StoredAsync(Start(Bob, text: "bob"));
        await StoredAsync(Next(Ada, 1));
        var history = await Store.Journal.ReadAsync(Bob, Stop);
        Assert.Equal("[\"bob\"]", Text(Assert.Single(history!.Tail).Events));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Ωmega/ 🦊")]
    [InlineData("O'Brien; drop table runs")]
    public async Task A_store_leaves_it_to_others_what_a_run_may_be_called(string id)
    {
        await StoredAsync(Start(new RunId(id), key: id, workflow: id));
        var record = (await Store.Journal.ReadAsync(new RunId(id), Stop))!.Record;
        Assert.Equal((id, id, id), (record.Id.Value, record.Key, record.Workflow));
    }

    [Fact]
    public async Task Events_of_a_megabyte_come_back_whole()
    {
        var events = new byte[1024 * 1024];
        new Random(1).NextBytes(events);
        await StoredAsync(Start(Ada) with { Events = events, Snapshot = events });
        await StoredAsync(Next(Ada, 1) with { Events = events });
        var history = await Store.Journal.ReadAsync(Ada, Stop);
        Assert.True(history!.Snapshot!.State.Span.SequenceEqual(events));
        Assert.True(Assert.Single(history.Tail).Events.Span.SequenceEqual(events));
    }

    [Fact]
    public async Task No_bytes_are_bytes_too()
    {
        await StoredAsync(Start(Ada) with { Events = Array.Empty<byte>(), TraceParent = "" });
        var append = Assert.Single((await Store.Journal.ReadAsync(Ada, Stop))!.Tail);
        Assert.True(append.Events.IsEmpty);
        Assert.Equal("", append.TraceParent);
    }

    [Fact]
    public async Task A_stale_writer_loses_and_changes_nothing()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Next(Ada, 1));
        Assert.IsType<Appended.Lost>(await AppendAsync(Next(Ada, 1, text: "other")));
        Assert.IsType<Appended.Lost>(await AppendAsync(Next(Ada, 5)));
        Assert.IsType<Appended.Lost>(await AppendAsync(Next(Bob, 1)));
        Assert.Equal(2, (await Store.Journal.ReadAsync(Ada, Stop))!.Record.Version);
        Assert.Null(await Store.Journal.ReadAsync(Bob, Stop));
    }

    [Fact]
    public async Task Of_many_writers_at_one_version_exactly_one_wins()
    {
        await StoredAsync(Start(Ada));
        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(n => Task.Run(() => AppendAsync(Next(Ada, 1, text: $"{n}")).AsTask())));
        Assert.Single(outcomes.OfType<Appended.Stored>());
        Assert.Equal(15, outcomes.OfType<Appended.Lost>().Count());
        Assert.Equal(2, (await Store.Journal.ReadAsync(Ada, Stop))!.Tail.Length);
    }

    [Fact]
    public async Task An_append_that_may_keep_its_sender_is_durable_when_it_is_answered_whoever_else_appends()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() => CarryAsync(new RunId($"run-{n}")))));
        Assert.Equal(8, (await Store.Runs.ListAsync(new RunQuery(100), Stop)).Count(run => run.Row.IsOver));

        async Task CarryAsync(RunId run)
        {
            await StoredAsync(Start(run) with { MayKeepThread = true });
            for (var version = 1; version < 20; version++)
            {
                await StoredAsync(Next(run, version) with { MayKeepThread = version % 3 > 0 });
                Assert.IsType<Appended.Lost>(await AppendAsync(Next(run, version, text: "other") with { MayKeepThread = true }));
            }

            await StoredAsync(End(run, 20) with { MayKeepThread = true });
            Assert.Equal(21, (await Store.Journal.ReadAsync(run, Stop))!.Tail.Length);
        }
    }

    [Fact]
    public async Task Appends_that_lose_do_not_fail_the_ones_beside_them()
    {
        await Task.WhenAll(Enumerable.Range(0, 600).Select(n => StoredAsync(Start(new RunId($"run-{n}")))));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 600)
            .Select(n => AppendAsync(Next(new RunId($"run-{n}"), n % 2 == 0 ? 1 : 7)).AsTask()));
        Assert.All(outcomes.Where((_, n) => n % 2 == 0), outcome => Assert.IsType<Appended.Stored>(outcome));
        Assert.All(outcomes.Where((_, n) => n % 2 == 1), outcome => Assert.IsType<Appended.Lost>(outcome));
    }

    [Fact]
    public async Task A_start_key_starts_one_run_for_ever()
    {
        await StoredAsync(Start(Ada, key: "order-7"));
        await StoredAsync(End(Ada, 1));
        Assert.Equal(new Appended.AlreadyStarted(Ada), await AppendAsync(Start(Bob, key: "order-7")));
        Assert.Null(await Store.Journal.ReadAsync(Bob, Stop));
        await StoredAsync(Start(Bob, key: "order-8"));
    }

    [Fact]
    public async Task A_name_starts_one_run_and_the_key_counts_before_the_name()
    {
        await StoredAsync(Start(Ada, key: "order-7"));
        await StoredAsync(Start(Bob));
        Assert.Equal(new Appended.AlreadyStarted(Bob), await AppendAsync(Start(Bob, text: "other")));
        Assert.Equal(new Appended.AlreadyStarted(Ada), await AppendAsync(Start(Bob, key: "order-7", text: "other")));
    }

    [Fact]
    public async Task Of_many_starts_with_one_key_exactly_one_wins_and_the_rest_learn_its_name()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16)
            .Select(n => Task.Run(() => AppendAsync(Start(new RunId($"run-{n}"), key: "k", text: $"{n}")).AsTask())));
        Assert.Single(outcomes.OfType<Appended.Stored>());
        var winner = (await Store.Runs.FindByKeyAsync("k", Stop))!.Id;
        var rest = outcomes.OfType<Appended.AlreadyStarted>().ToList();
        Assert.Equal(15, rest.Count);
        Assert.All(rest, outcome => Assert.Equal(winner, outcome.Run));
    }

    [Fact]
    public async Task The_first_append_and_no_other_brings_a_birth()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => AppendAsync(Start(Ada) with { Birth = null }).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(
            () => AppendAsync(Next(Ada, 1) with { Birth = new RunBirth("w", "h", null) }).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => AppendAsync(Next(Ada, 3) with { Version = 3 }).AsTask());
    }

    [Fact]
    public async Task A_closed_store_takes_nothing_more_and_has_kept_what_was_sent()
    {
        var sent = Enumerable.Range(0, 40).Select(n => StoredAsync(Start(new RunId($"run-{n}")))).ToList();
        await Store.DisposeAsync();
        await Task.WhenAll(sent);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => AppendAsync(Start(Ada)).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Store.Journal.ReadAsync(Ada, Stop));
        var next = await OpenAsync();
        Assert.Equal(40, (await next.Runs.ListAsync(new RunQuery(100), Stop)).Length);
    }

    [Fact]
    public async Task A_cancelled_append_is_whole_or_absent()
    {
        for (var i = 0; i < 40; i++)
        {
            var run = new RunId($"run-{i}");
            using var cancelled = new CancellationTokenSource();
            var append = Store.Journal.AppendAsync(Start(run) with { Snapshot = Text("s") }, cancelled.Token).AsTask();
            await cancelled.CancelAsync();
            await append.ContinueWith(_ => { }, TaskScheduler.Default);
            var wasAnswered = append.IsCompletedSuccessfully;

            // What is sent later is stored later: now the first one is decided.
            await StoredAsync(Start(new RunId($"after-{i}")));
            var history = await Store.Journal.ReadAsync(run, Stop);
            Assert.True(history is not null || !wasAnswered);
            Assert.True(history is null or { Record.Version: 1, Snapshot.Version: 1 });
        }
    }

    [Fact]
    public async Task A_call_that_is_cancelled_beforehand_does_nothing()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.Journal.AppendAsync(Start(Ada), cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.Journal.ReadAsync(Ada, cancelled));
        Assert.Null(await Store.Journal.ReadAsync(Ada, Stop));
    }
}
