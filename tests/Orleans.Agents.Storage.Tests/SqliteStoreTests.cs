using Microsoft.Data.Sqlite;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Storage.Sqlite;

namespace Orleans.Agents.Storage.Tests;

/// <summary>What is SQLite's own: locks, limits, and neighbours in one transaction.</summary>
public sealed class SqliteStoreTests : StoreConformance<SqliteTestDatabase>
{
    [Fact]
    public async Task An_append_the_database_refuses_does_not_fail_the_ones_beside_it()
    {
        using var plain = Plain();
        Execute(
            plain,
            """
            create trigger poison before insert on appends when new.trace_parent = 'poison'
            begin select raise(abort, 'poisoned'); end
            """);
        var sent = Enumerable.Range(0, 60)
            .Select(n => Start(new RunId($"run-{n}")) with { TraceParent = n % 20 == 7 ? "poison" : null })
            .Select(append => AppendAsync(append).AsTask())
            .ToList();
        await Task.WhenAll(sent).ContinueWith(_ => { }, TaskScheduler.Default);
        for (var n = 0; n < sent.Count; n++)
        {
            var record = await Store.Runs.FindAsync(new RunId($"run-{n}"), Stop);
            if (n % 20 == 7)
            {
                var problem = Assert.IsType<StoreException>(sent[n].Exception?.InnerException);
                Assert.Equal(("store.refused", false), (problem.Code, problem.IsTransient));
                Assert.Null(record);
            }
            else
            {
                Assert.Equal(new Appended.Stored(), await sent[n]);
                Assert.NotNull(record);
            }
        }
    }

    [Fact]
    public async Task A_full_database_keeps_what_it_has_and_takes_more_when_it_may_grow()
    {
        await Store.DisposeAsync();
        var answered = 0;
        await using (var small = With(new SqliteStoreOptions { Path = Database.Path, MaxBytes = 300_000 }))
        {
            var epoch = await small.Carriers.TakeAsync(isKeeper: true, Stop);
            var full = await Assert.ThrowsAsync<StoreException>(async () =>
            {
                for (; answered < 100; answered++)
                {
                    var start = Start(new RunId($"run-{answered}")) with { Epoch = epoch, Events = new byte[10_000] };
                    Assert.Equal(new Appended.Stored(), await small.Journal.AppendAsync(start, Stop));
                }
            });
            Assert.Equal(("store.full", true), (full.Code, full.IsTransient));
            Assert.Equal(answered, (await small.Runs.ListAsync(new RunQuery(1_000), Stop)).Length);
        }

        await using var large = With(new SqliteStoreOptions { Path = Database.Path });
        var next = await large.Carriers.TakeAsync(isKeeper: true, Stop);
        Assert.InRange(answered, 5, 99);
        Assert.Equal(
            new Appended.Stored(),
            await large.Journal.AppendAsync(Start(Ada) with { Epoch = next, Events = new byte[10_000] }, Stop));
    }

    [Fact]
    public async Task Who_cannot_get_the_lock_is_told_so_and_may_try_again()
    {
        await using var impatient = With(
            new SqliteStoreOptions { Path = Database.Path, LockTimeout = TimeSpan.Zero });
        var epoch = await impatient.Carriers.TakeAsync(isKeeper: true, Stop);
        var start = Start(Ada) with { Epoch = epoch };
        using var other = Plain();
        Execute(other, "begin immediate");
        var busy = await Assert.ThrowsAsync<StoreException>(() => impatient.Journal.AppendAsync(start, Stop).AsTask());
        Assert.Equal(("store.unavailable", true), (busy.Code, busy.IsTransient));
        Assert.Null(await impatient.Journal.ReadAsync(Ada, Stop));
        Execute(other, "commit");
        Assert.Equal(new Appended.Stored(), await impatient.Journal.AppendAsync(start, Stop));
    }

    [Fact]
    public async Task Who_can_wait_for_the_lock_gets_it()
    {
        using var other = Plain();
        Execute(other, "begin immediate");
        var append = AppendAsync(Start(Ada)).AsTask();
        Assert.Null(await Store.Journal.ReadAsync(Ada, Stop));
        Assert.False(append.IsCompleted);
        Execute(other, "commit");
        Assert.Equal(new Appended.Stored(), await append);
    }

    [Fact]
    public async Task A_long_read_holds_up_nobody_and_sees_one_moment()
    {
        await StoredAsync(Start(Ada));
        using var reader = Plain();
        Execute(reader, "begin");
        Assert.Equal(1L, Scalar(reader, "select count(*) from appends"));
        for (var version = 1; version < 50; version++)
        {
            await StoredAsync(Next(Ada, version));
        }

        Assert.Equal(1L, Scalar(reader, "select count(*) from appends"));
        Assert.Equal(50, (await Store.Journal.ReadAsync(Ada, Stop))!.Record.Version);
    }

    [Fact]
    public async Task Many_reads_at_once_share_a_few_connections()
    {
        await StoredAsync(Start(Ada));
        var reads = await Task.WhenAll(
            Enumerable.Range(0, 64).Select(_ => Task.Run(() => Store.Journal.ReadAsync(Ada, Stop))));
        Assert.All(reads, history => Assert.Equal(1, history!.Record.Version));
    }

    [Fact]
    public async Task Whoever_opens_the_file_by_a_link_finds_the_same_epochs_alive()
    {
        var link = Path.Combine(Database.Folder, "link.db");
        File.CreateSymbolicLink(link, Database.Path);
        await using var linked = With(new SqliteStoreOptions { Path = link });
        Assert.Empty(await linked.Carriers.FenceGoneAsync(Stop));
        await Store.DisposeAsync();
        Assert.Equal(Epoch, Assert.Single(await linked.Carriers.FenceGoneAsync(Stop)));
    }

    [Fact]
    public async Task The_lock_file_of_an_epoch_is_there_until_it_is_fenced()
    {
        var folder = Database.Path + ".carriers";
        var second = await Store.Carriers.TakeAsync(isKeeper: true, Stop);
        Assert.Equal(2, Directory.GetFiles(folder).Length);
        await Store.Carriers.ReleaseAsync(second, Stop);
        Assert.Equal(Path.Combine(folder, $"{Epoch}.lock"), Assert.Single(Directory.GetFiles(folder)));
        await Store.DisposeAsync();
        var next = await OpenAsync();
        Assert.Equal(Epoch, Assert.Single(await next.Carriers.FenceGoneAsync(Stop)));
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public async Task A_failed_take_leaves_no_epoch_behind_and_fails_nobody_else()
    {
        await Store.DisposeAsync();
        await using var store = With(new SqliteStoreOptions { Path = Database.Path });
        await store.Carriers.FenceGoneAsync(Stop);
        Directory.Delete(Database.Path + ".carriers", recursive: true);
        await File.WriteAllTextAsync(Database.Path + ".carriers", "in the way");
        var take = store.Carriers.TakeAsync(isKeeper: true, Stop);
        var beside = store.Definitions.SaveAsync("hash", Text("workflow"), Stop);
        Assert.Equal("store.unavailable", (await Assert.ThrowsAsync<StoreException>(() => take)).Code);
        await beside;
        File.Delete(Database.Path + ".carriers");
        Assert.Empty(await store.Carriers.FenceGoneAsync(Stop));
        Assert.Equal(new Epoch(Epoch.Value + 1), await store.Carriers.TakeAsync(isKeeper: true, Stop));
    }

    [Fact]
    public async Task A_closed_store_leaves_one_file()
    {
        await StoredAsync(Start(Ada));
        await Store.Carriers.ReleaseAsync(Epoch, Stop);
        await Store.DisposeAsync();
        Assert.Equal([Database.Path], Directory.GetFiles(Database.Folder));
    }

    [Fact]
    public void Options_out_of_range_are_refused_before_a_file_is_touched()
    {
        Assert.Throws<ArgumentException>(() => With(new SqliteStoreOptions { Path = " " }));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => With(new SqliteStoreOptions { LockTimeout = TimeSpan.FromMilliseconds(-1) }));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => With(new SqliteStoreOptions { LockTimeout = TimeSpan.FromMinutes(11) }));
        Assert.Throws<ArgumentOutOfRangeException>(() => With(new SqliteStoreOptions { MaxBytes = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => With(new SqliteStoreOptions { MaxWaitingBytes = 0 }));
    }

    private static SqliteStore With(SqliteStoreOptions options) => new(options);

    private SqliteConnection Plain()
    {
        var connection = new SqliteConnection($"Data Source={Database.Path};Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql) => Scalar(connection, sql);

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests write it.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
