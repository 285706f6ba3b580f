using Microsoft.Data.Sqlite;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Storage.Tests;

/// <summary>What pruning leaves in the file.</summary>
public sealed class SqliteSpaceTests : StoreConformance<SqliteTestDatabase>
{
    private static readonly Blob Large = Blob.Of(new byte[100_000]);
    private static readonly string[] Tables = ["appends", "snapshots", "blobs", "inbox", "pruned"];

    [Fact]
    public async Task Nothing_of_a_pruned_run_is_left_and_its_room_is_used_again()
    {
        await FillAsync("first");
        var size = Count("pragma page_count");
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(30, (await Store.Runs.PruneAsync(new PruneRule(null, 0), Stop)).Runs);
            Assert.All(Tables, table => Assert.Equal(0, Count($"select count(*) from {table}")));
            await FillAsync($"round-{round}");
        }

        Assert.InRange(Count("pragma page_count"), 1, size + (size / 4));
    }

    [Fact]
    public async Task What_a_process_that_died_while_pruning_left_is_removed_by_the_next()
    {
        await FillAsync("run");
        using (var plain = Plain())
        {
            using var command = plain.CreateCommand();
            command.CommandText = "insert into pruned select run from runs; update runs set run = -run";
            await command.ExecuteNonQueryAsync();
        }

        Assert.Equal(new Pruned(0, null), await Store.Runs.PruneAsync(new PruneRule(null, 0), Stop));
        Assert.All(Tables, table => Assert.Equal(0, Count($"select count(*) from {table}")));
    }

    [Fact]
    public async Task A_blob_is_stored_once_per_run_however_often_it_comes()
    {
        await FillAsync("run");
        await StoredAsync(Start(Ada) with { Blobs = [Large] });
        await StoredAsync(Next(Ada, 1) with { Blobs = [Large] });
        Assert.Equal(31, Count("select count(*) from blobs"));
    }

    private async Task FillAsync(string name)
    {
        for (var n = 0; n < 30; n++)
        {
            var run = new RunId($"{name}-{n}");
            await StoredAsync(Start(run) with { Events = new byte[20_000], Blobs = [Large] });
            await Store.Inbox.PostAsync(new InboxNote(run, "n", Noon, new byte[500]), Stop);
            await StoredAsync(Next(run, 1) with { Snapshot = new byte[5_000] });
            await StoredAsync(End(run, 2));
        }
    }

    private long Count(string sql)
    {
        using var plain = Plain();
        using var command = plain.CreateCommand();
#pragma warning disable CA2100 // The tests write it.
        command.CommandText = sql;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }

    private SqliteConnection Plain()
    {
        var plain = new SqliteConnection($"Data Source={Database.Path};Pooling=False");
        plain.Open();
        return plain;
    }
}
