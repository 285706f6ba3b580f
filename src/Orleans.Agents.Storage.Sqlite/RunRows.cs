using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>Reads rows of <c>runs</c>.</summary>
internal static class RunRows
{
    /// <summary>The columns <see cref="Read"/> expects, in order.</summary>
    public const string Columns =
        "id, workflow, hash, key, version, owner, status, state, failure_code, wake_at, started_at, updated_at";

    /// <summary>Finds one run by its name.</summary>
    public static RunRecord? Find(Database database, RunId run) =>
        ReadOnly(database.Prepare($"select {Columns} from runs where id = ?1 and run > 0").Bind(1, run.Value));

    /// <summary>Finds one run by its start key.</summary>
    public static RunRecord? FindByKey(Database database, string key) =>
        ReadOnly(database.Prepare($"select {Columns} from runs where key = ?1 and run > 0").Bind(1, key));

    /// <summary>Reads the row a statement stands on.</summary>
    public static RunRecord Read(Statement statement)
    {
        var id = new RunId(statement.Text(0));
        Epoch? owner = statement.IntegerOrNull(5) is { } epoch ? new Epoch(epoch) : null;
        var row = new RunRow(
            StatusName.Read(statement.Text(6), id),
            statement.TextOrNull(7),
            statement.TextOrNull(8),
            IsReleased: false,
            statement.IntegerOrNull(9) is { } wakeAt ? Clock.At(wakeAt) : null);
        return new RunRecord(
            id,
            statement.Text(1),
            statement.Text(2),
            statement.TextOrNull(3),
            statement.Integer(4),
            owner,
            row with { IsReleased = owner is null && !row.IsOver },
            Clock.At(statement.Integer(10)),
            Clock.At(statement.Integer(11)));
    }

    private static RunRecord? ReadOnly(Statement statement)
    {
        if (!statement.Next())
        {
            return null;
        }

        var record = Read(statement);
        statement.Reset();
        return record;
    }
}
