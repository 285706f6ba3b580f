using Npgsql;
using Orleans.Agents.Journal;
using Orleans.Agents.Storage.Postgres;

namespace Orleans.Agents.Storage.Tests;

/// <summary>What may be wrong with a database, and what happens to its server.</summary>
public sealed class PostgresDatabaseTests : StoreConformance<PostgresTestDatabase>
{
    [Fact]
    public async Task A_database_of_a_newer_version_is_refused()
    {
        Database.Execute("insert into migrations (number, name) values (999, '0999_later.sql')");
        await RefusedAsync("store.newer", Database.Open());
    }

    [Fact]
    public async Task A_database_of_another_kind_of_host_is_refused()
    {
        await RefusedAsync("store.other_host", Database.Open(new PostgresStoreOptions { Host = StoreHost.Cluster }));
        Database.Execute("update store set host = 'cluster'");
        await RefusedAsync("store.other_host", Database.Open());
    }

    [Fact]
    public async Task A_schema_that_was_never_migrated_is_said_to_lack_tables()
    {
        using var empty = new PostgresTestDatabase();
        await using var store = empty.Open();
        var problem = await Assert.ThrowsAsync<StoreException>(() => store.Runs.FindAsync(Ada, Stop));
        Assert.Equal(("store.damaged", false), (problem.Code, problem.IsTransient));
        Assert.Contains("migrated", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_does_not_exist_is_not_waited_for()
    {
        await using var store = new PostgresStore(
            new PostgresStoreOptions { ConnectionString = Database.ConnectionString + ";Database=nowhere" });
        var problem = await Assert.ThrowsAsync<StoreException>(() => store.MigrateAsync(Stop));
        Assert.Equal(("store.unavailable", false), (problem.Code, problem.IsTransient));
    }

    [Fact]
    public async Task A_password_is_never_in_a_message()
    {
        await using var store = new PostgresStore(new PostgresStoreOptions
        {
            ConnectionString = "Host=/nowhere;Username=agents;Password=open-sesame;Database=agents",
        });
        var problem = await Assert.ThrowsAsync<StoreException>(() => store.MigrateAsync(Stop));
        Assert.Equal(("store.unavailable", true), (problem.Code, problem.IsTransient));
        Assert.DoesNotContain("sesame", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_source_of_the_applications_own_stays_open_and_keeps_no_locks()
    {
        await using var source = NpgsqlDataSource.Create(Database.ConnectionString);
        await using (var store = new PostgresStore(new PostgresStoreOptions { DataSource = source }))
        {
            var epoch = await store.Carriers.TakeAsync(isKeeper: true, Stop);
            await store.Journal.AppendAsync(Start(Ada) with { Epoch = epoch }, Stop);
        }

        await using var command = source.CreateCommand("select count(*) from pg_locks where locktype = 'advisory' and pid = any "
            + "(select pid from pg_stat_activity where application_name = current_setting('application_name'))");
        Assert.Equal(1L, await command.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData("fast")]
    [InlineData("immediate")]
    public async Task A_server_that_is_restarted_fences_nobody_and_loses_nothing(string mode)
    {
        using var server = PostgresServer.Start();
        using var database = new PostgresTestDatabase(server);
        await using var store = database.Open();
        await using var other = database.Open();
        await store.MigrateAsync(Stop);
        var epochs = new[]
        {
            await store.Carriers.TakeAsync(isKeeper: true, Stop), await other.Carriers.TakeAsync(isKeeper: true, Stop),
        };
        Assert.Equal(new Appended.Stored(), await store.Journal.AppendAsync(Start(Ada) with { Epoch = epochs[0] }, Stop));
        server.Stop(mode);
        var down = await Assert.ThrowsAsync<StoreException>(() => other.Carriers.FenceGoneAsync(Stop));
        Assert.True(down.IsTransient);
        server.StartAgain();
        Assert.Empty(await other.Carriers.FenceGoneAsync(Stop));
        await database.UntilAsync("(select count(*) from beats where locked_under = pg_postmaster_start_time()) = 2");
        Assert.Empty(await store.Carriers.FenceGoneAsync(Stop));
        Assert.Empty(await other.Carriers.FenceGoneAsync(Stop));
        Assert.Equal(new Appended.Stored(), await store.Journal.AppendAsync(Next(Ada, 1) with { Epoch = epochs[0] }, Stop));
        Assert.Equal(2, (await other.Journal.ReadAsync(Ada, Stop))!.Tail.Length);
        await other.DisposeAsync();
        Assert.Equal(epochs[1], Assert.Single(await store.Carriers.FenceGoneAsync(Stop)));
    }

    [Fact]
    public async Task A_server_that_stands_still_for_longer_than_the_lease_fences_nobody()
    {
        var lease = TimeSpan.FromSeconds(3);
        using var server = PostgresServer.Start();
        using var database = new PostgresTestDatabase(server);
        await using var store = database.Open(new PostgresStoreOptions { Lease = lease });
        await using var other = database.Open(new PostgresStoreOptions { Lease = lease });
        await store.MigrateAsync(Stop);
        var epoch = await store.Carriers.TakeAsync(isKeeper: true, Stop);
        await other.Carriers.TakeAsync(isKeeper: true, Stop);
        Assert.Equal(new Appended.Stored(), await store.Journal.AppendAsync(Start(Ada) with { Epoch = epoch }, Stop));
        await database.UntilAsync("(select bool_and(on_time_since < clock_timestamp() - lease) from beats join carrier using (epoch))");
        server.Freeze();
        var looks = Enumerable.Range(0, 6).Select(n => (n % 2 == 0 ? store : other).Carriers.FenceGoneAsync(Stop)).ToList();
        var append = store.Journal.AppendAsync(Next(Ada, 1) with { Epoch = epoch }, Stop).AsTask();
        await Task.Delay(lease * 2);
        server.Thaw();
        Assert.All(await Task.WhenAll(looks), fenced => Assert.Empty(fenced));
        Assert.Equal(new Appended.Stored(), await append);
        Assert.Empty(await other.Carriers.FenceGoneAsync(Stop));
        Assert.Empty(await store.Carriers.FenceGoneAsync(Stop));
    }

    private static async Task RefusedAsync(string code, PostgresStore store)
    {
        await using (store)
        {
            var problem = await Assert.ThrowsAsync<StoreException>(() => store.MigrateAsync(Stop));
            Assert.Equal((code, false), (problem.Code, problem.IsTransient));
        }
    }
}
