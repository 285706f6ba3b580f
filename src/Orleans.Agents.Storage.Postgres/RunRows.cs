using Npgsql;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>Reads rows of <c>runs</c>.</summary>
internal static class RunRows
{
    /// <summary>The columns <see cref="Read"/> expects, in order.</summary>
    public const string Columns =
        "id, workflow, hash, key, version, owner, status, state, failure_code, wake_at, started_at, updated_at";

    /// <summary>Reads the row a reader stands on.</summary>
    public static RunRecord Read(NpgsqlDataReader row)
    {
        var id = new RunId(row.GetString(0));
        Epoch? owner = row.IsDBNull(5) ? null : new Epoch(row.GetInt64(5));
        var shown = new RunRow(
            StatusName.Read(row.GetString(6), id),
            row.TextOrNull(7),
            row.TextOrNull(8),
            IsReleased: false,
            row.IsDBNull(9) ? null : row.Moment(9));
        return new RunRecord(
            id,
            row.GetString(1),
            row.GetString(2),
            row.TextOrNull(3),
            row.GetInt64(4),
            owner,
            shown with { IsReleased = owner is null && !shown.IsOver },
            row.Moment(10),
            row.Moment(11));
    }
}
