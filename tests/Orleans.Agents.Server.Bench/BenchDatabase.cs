using Npgsql;
using Orleans.Agents.Storage.Tests;

namespace Orleans.Agents.Server.Bench;

/// <summary>A PostgreSQL server of the bench's own; and what it is asked beside those that are measured.</summary>
internal sealed class BenchDatabase : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly PostgresServer server = PostgresServer.Start();
    private readonly NpgsqlDataSource source;

    public BenchDatabase() => source = NpgsqlDataSource.Create(server.ConnectionString);

    public string ConnectionString => server.ConnectionString;

    /// <summary>Asks for a number; by names, what it is about.</summary>
    public async Task<double> AskAsync(string sql)
    {
#pragma warning disable CA2100 // The bench writes it.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        return (double)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Carries out a statement.</summary>
    public async Task ExecuteAsync(string sql)
    {
#pragma warning disable CA2100 // The bench writes it.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        command.CommandTimeout = (int)Patience.TotalSeconds;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Waits until so many runs that were started after the first <paramref name="before"/> have ended.</summary>
    /// <returns>From the first start of them to the last end, in seconds, by the database's clock.</returns>
    public async Task<double> EndedAsync(int runs, int before)
    {
        var those = $"from (select * from runs order by run offset {before}) those";
        await UntilAsync($"select count(*)::float8 {those} where status = 'succeeded'", runs);
        return await AskAsync($"select extract(epoch from max(updated_at) - min(started_at))::float8 {those}");
    }

    /// <summary>Has the server keep when each transaction was committed; before anything is measured.</summary>
    public async Task KeepCommitTimesAsync()
    {
        await ExecuteAsync("alter system set track_commit_timestamp = on");
        source.Clear();
        server.Stop();
        server.StartAgain();
    }

    /// <summary>When each append was committed, by its run's name and the version after it.</summary>
    public async Task<Dictionary<(string Run, long Version), DateTimeOffset>> ReadCommitTimesAsync()
    {
        var times = new Dictionary<(string Run, long Version), DateTimeOffset>();
        await using var command = source.CreateCommand(
            "select r.id, a.seq, pg_xact_commit_timestamp(a.xmin) from appends a join runs r on r.run = a.run");
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            times.Add((rows.GetString(0), rows.GetInt64(1)), await rows.GetFieldValueAsync<DateTimeOffset>(2));
        }

        return times;
    }

    /// <summary>Asks until a number is reached.</summary>
    public async Task UntilAsync(string sql, double number)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (await AskAsync(sql) is var found && found != number)
        {
            if (TimeProvider.System.GetElapsedTime(since) > Patience)
            {
                throw new TimeoutException($"After {Patience} it is {found} and not {number}: {sql}");
            }

            await Task.Delay(Pause);
        }
    }

    public void Dispose()
    {
        source.Dispose();
        server.Dispose();
    }
}
