using Orleans.Agents.Storage.Postgres;

namespace Orleans.Agents.Storage.Tests;

/// <summary>The locks by which others see that a process lives.</summary>
public sealed class CarrierLocksTests : IDisposable
{
    private readonly PostgresTestDatabase schema = new();

    [Fact]
    public async Task A_lock_that_is_taken_again_is_free_at_no_moment()
    {
        await using (var store = schema.Open())
        {
            await store.MigrateAsync(CancellationToken.None);
        }

        var key = Random.Shared.NextInt64();
        await using var database = new Database(new PostgresStoreOptions { ConnectionString = schema.ConnectionString });
        await using var locks = new CarrierLocks(database);
        await locks.HoldAsync(key);

        var wasFree = Task.Run(() => schema.Ask<bool>($"select bool_or(pg_try_advisory_lock({key})) from generate_series(1, 500000)"));
        while (!wasFree.IsCompleted)
        {
            locks.Renew();
            await Task.Delay(5);
        }

        Assert.False(await wasFree);
    }

    public void Dispose() => schema.Dispose();
}
