using System.Collections.Immutable;
using Npgsql;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>Reads what is needed to carry runs on: as many queries for a thousand as for one, in one round trip.</summary>
internal static class RunHistories
{
    /// <summary>Reads the runs that exist, as they were at one moment.</summary>
    public static async Task<ImmutableArray<RunHistory>> ReadAsync(
        NpgsqlConnection connection, ImmutableArray<RunId> runs, CancellationToken cancellation)
    {
        await using var batch = Queries(connection, runs);
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        var records = new List<(long Run, RunRecord Record)>();
        while (await rows.ReadAsync(cancellation))
        {
            records.Add((rows.GetInt64(12), RunRows.Read(rows)));
        }

        var snapshots = new Dictionary<long, RunSnapshot>();
        await rows.NextResultAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            snapshots.Add(rows.GetInt64(0), new RunSnapshot(rows.GetInt64(1), rows.Bytes(2)));
        }

        var tails = new Dictionary<long, ImmutableArray<StoredAppend>.Builder>();
        await rows.NextResultAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            var run = rows.GetInt64(0);
            if (!tails.TryGetValue(run, out var tail))
            {
                tails.Add(run, tail = ImmutableArray.CreateBuilder<StoredAppend>());
            }

            tail.Add(Append(rows, 1));
        }

        return
        [
            .. records.Select(found => new RunHistory(
                found.Record,
                snapshots.GetValueOrDefault(found.Run),
                tails.GetValueOrDefault(found.Run)?.ToImmutable() ?? [])),
        ];
    }

    /// <summary>Reads the append a reader stands on: sequence, moment, epoch, events, trace.</summary>
    public static StoredAppend Append(NpgsqlDataReader row, int column) => new(
        row.GetInt64(column),
        row.Moment(column + 1),
        new Epoch(row.GetInt64(column + 2)),
        row.Bytes(column + 3),
        row.TextOrNull(column + 4));

    private static NpgsqlBatch Queries(NpgsqlConnection connection, ImmutableArray<RunId> runs)
    {
        List<string> ids = [.. runs.Select(run => run.Value)];
        var batch = connection.CreateBatch();
        Add(batch, "begin isolation level repeatable read, read only");
        Add(batch, $"select {RunRows.Columns}, run from runs where id = any ($1)", ids);
        Add(
            batch,
            """
            select run, snapshots.version, snapshots.state from snapshots join runs using (run)
            where runs.id = any ($1)
            """,
            ids);
        Add(
            batch,
            """
            select run, seq, at, epoch, events, trace_parent
            from runs join appends using (run) left join snapshots using (run)
            where runs.id = any ($1) and seq > coalesce(snapshots.version, 0)
            order by run, seq
            """,
            ids);
        Add(batch, "commit");
        return batch;
    }

    private static void Add(NpgsqlBatch batch, string sql, List<string>? ids = null)
    {
        var command = new NpgsqlBatchCommand(sql);
        if (ids is not null)
        {
            command.Parameters.Add(Sql.Texts(ids));
        }

        batch.BatchCommands.Add(command);
    }
}
