using System.Globalization;
using Microsoft.Data.Sqlite;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Storage.Sqlite;

namespace Orleans.Agents.Storage.Tests;

/// <summary>What may be wrong with a file, and what of it survives.</summary>
public sealed class SqliteFileTests : StoreConformance<SqliteTestDatabase>
{
    [Fact]
    public async Task A_database_of_a_newer_version_is_refused()
    {
        Execute("insert into migrations (number, name, applied_at) values (999, '0999_later.sql', 0)");
        await RefusedAsync("store.newer", isTransient: false, Database.Path);
    }

    [Fact]
    public async Task A_database_of_another_kind_of_host_is_refused()
    {
        Execute("update store set host = 'cluster'");
        await RefusedAsync("store.other_host", isTransient: false, Database.Path);
    }

    [Fact]
    public async Task A_database_of_the_first_version_is_carried_on()
    {
        var path = Path.Combine(Database.Folder, "first.db");
        using (var stream = typeof(SqliteStore).Assembly.GetManifestResourceStream("0001_runs.sql")!)
        using (var reader = new StreamReader(stream))
        {
            Execute(await reader.ReadToEndAsync(), path);
        }

        Execute(
            """
            create table migrations (number integer primary key, name text not null, applied_at integer not null);
            insert into migrations values (1, '0001_runs.sql', 0);
            insert into carrier values (7, 0, 1, 'somebody');
            insert into runs values (3, 'ada', 'k', 'greet', 'hash', 2, 7, null, 'running', 'first', null, 5, 6);
            insert into appends values (3, 2, 6, 7, x'5b5d', null);
            """,
            path);
        await using var store = new SqliteStore(new SqliteStoreOptions { Path = path });
        await store.MigrateAsync(Stop);
        var epoch = await store.Carriers.TakeAsync(isKeeper: true, Stop);
        Assert.Equal(new Epoch(8), epoch);
        Assert.Equal(Ada, Assert.Single(await store.Runs.FindWaitingAsync(new WaitingQuery(Noon, 10), Stop)));
        Assert.Single(await store.Journal.ClaimAsync([new RunClaim(Ada, 2)], epoch, Stop));
        Assert.Equal(
            new Appended.Stored(), await store.Journal.AppendAsync(Next(Ada, 2) with { Epoch = epoch }, Stop));
        Assert.Equal([2L, 3L], (await store.Journal.ReadAsync(Ada, Stop))!.Tail.Select(append => append.Version));
        Assert.Empty(await store.Definitions.ListPublishedAsync(Stop));
    }

    [Fact]
    public async Task A_missing_folder_is_said_to_be_missing()
    {
        var problem = await RefusedAsync("store.unavailable", false, Path.Combine(Database.Folder, "no", "runs.db"));
        Assert.Contains("folder", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_in_place_of_the_file_is_refused() =>
        await RefusedAsync("store.unavailable", isTransient: false, Database.Folder);

    [Fact]
    public async Task A_file_that_is_no_database_is_left_alone()
    {
        var path = Path.Combine(Database.Folder, "letter.txt");
        var letter = string.Join('\n', Enumerable.Repeat("Dear database,", 100));
        await File.WriteAllTextAsync(path, letter);
        await RefusedAsync("store.damaged", isTransient: false, path);
        Assert.Equal(letter, await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task Without_migrating_there_is_nothing_to_write_to()
    {
        var path = Path.Combine(Database.Folder, "new.db");
        await using var store = new SqliteStore(new SqliteStoreOptions { Path = path });
        var missing = await Assert.ThrowsAsync<StoreException>(() => store.Carriers.TakeAsync(isKeeper: true, Stop));
        Assert.Equal("store.unavailable", missing.Code);
        await File.WriteAllBytesAsync(path, []);
        var empty = await Assert.ThrowsAsync<StoreException>(() => store.Carriers.TakeAsync(isKeeper: true, Stop));
        Assert.Equal("store.damaged", empty.Code);
        await store.MigrateAsync(Stop);
        Assert.Equal(new Epoch(1), await store.Carriers.TakeAsync(isKeeper: true, Stop));
    }

    [Fact]
    public async Task A_copy_made_with_its_log_opens_and_its_epochs_are_gone()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Next(Ada, 1));
        await using var copy = await CopyAsync(logBytes: null);
        Assert.Equal(2, (await copy.Journal.ReadAsync(Ada, Stop))!.Record.Version);
        Assert.Equal(Epoch, Assert.Single(await copy.Carriers.FenceGoneAsync(Stop)));
        Assert.False(await Store.Carriers.IsFencedAsync(Epoch, Stop));
    }

    [Fact]
    public async Task A_log_cut_anywhere_leaves_whole_appends_only()
    {
        var log = new FileInfo(Database.Path + "-wal");
        var sizes = new List<long>();
        await StoredAsync(Start(Ada) with { Snapshot = Text("1") });
        for (var version = 1; version < 8; version++)
        {
            log.Refresh();
            sizes.Add(log.Length);
            await StoredAsync(Next(Ada, version) with { Snapshot = Text($"{version + 1}"), Events = new byte[9_000] });
        }

        for (var cut = sizes[0]; cut < sizes[^1]; cut += 1_711)
        {
            await using var copy = await CopyAsync(cut);
            var history = await copy.Journal.ReadAsync(Ada, Stop);
            var answered = sizes.FindLastIndex(size => size <= cut) + 1;
            Assert.Equal(answered, history!.Record.Version);
            Assert.Equal(answered, history.Snapshot!.Version);
            Assert.Equal(answered, (await copy.Journal.ReadAppendsAsync(Ada, 0, 100, Stop)).Length);
        }
    }

    private async Task<SqliteStore> CopyAsync(long? logBytes)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(Database.Folder, "copy")).FullName, "runs.db");
        File.Delete(path + "-shm");
        File.Copy(Database.Path, path, overwrite: true);
        File.Copy(Database.Path + "-wal", path + "-wal", overwrite: true);
        if (logBytes is { } bytes)
        {
            await using var log = File.OpenWrite(path + "-wal");
            log.SetLength(bytes);
        }

        var copy = new SqliteStore(new SqliteStoreOptions { Path = path });
        await copy.MigrateAsync(Stop);
        return copy;
    }

    private static async Task<StoreException> RefusedAsync(string code, bool isTransient, string path)
    {
        await using var store = new SqliteStore(new SqliteStoreOptions { Path = path });
        var problem = await Assert.ThrowsAsync<StoreException>(() => store.MigrateAsync(Stop));
        Assert.Equal((code, isTransient), (problem.Code, problem.IsTransient));
        Assert.Contains(path, problem.Message, StringComparison.Ordinal);
        return problem;
    }

    private void Execute(string sql, string? path = null)
    {
        using var connection = new SqliteConnection(
            string.Create(CultureInfo.InvariantCulture, $"Data Source={path ?? Database.Path};Pooling=False"));
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests write it.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
