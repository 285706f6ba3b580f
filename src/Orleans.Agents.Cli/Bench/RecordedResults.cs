using System.Data.Common;
using System.Globalization;
using System.Text;
using Orleans.Agents.Cli.Bench.Databases;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli.Bench;

/// <summary>
/// Compares what a file says of activities with the results in the journal, by plain SQL on a connection of its own: nothing
/// of the engine or of its stores has a part in it.
/// </summary>
internal sealed class RecordedResults : IAsyncDisposable
{
    private const int RowsPerStatement = 500;

    private readonly DbConnection connection;

    private RecordedResults(DbConnection connection) => this.connection = connection;

    /// <summary>Reads the results in the journal of a database.</summary>
    public static async Task<RecordedResults> ReadAsync(IBenchDatabase database, CancellationToken cancellation)
    {
        var results = new RecordedResults(await database.ConnectAsync(cancellation));
        await results.connection.ExecuteAsync(
            $"""
            create temp table recorded as {database.ResultsSql};
            create temp table said (run text, visit bigint, branch bigint, epoch bigint);
            """,
            cancellation);
        return results;
    }

    /// <summary>How many results the journal has, up to an epoch.</summary>
    public Task<long> CountAsync(CancellationToken cancellation, long? untilEpoch = null) => connection.NumberAsync(
        "select count(*) from recorded where epoch <= @epoch", cancellation, ("@epoch", untilEpoch ?? long.MaxValue));

    /// <summary>Adds what a file says: lines of <c>run visit branch epoch</c>.</summary>
    /// <returns>How many lines there are.</returns>
    /// <exception cref="CommandException">A line is something else.</exception>
    public async Task<long> SayAsync(IAsyncEnumerable<string> lines, CancellationToken cancellation)
    {
        var said = 0L;
        await foreach (var chunk in lines.Chunk(RowsPerStatement).WithCancellation(cancellation))
        {
            var statement = new StringBuilder("insert into said values ");
            statement.AppendJoin(", ", chunk.Select(RowOf));
            await connection.ExecuteAsync(statement.ToString(), cancellation);
            said += chunk.Length;
        }

        return said;
    }

    /// <summary>How many results were said to exist that the journal does not have.</summary>
    public Task<long> MissingAsync(CancellationToken cancellation) => connection.NumberAsync(
        """
        select count(*) from (
            select run, visit, branch from said
            except
            select run, cast(visit as bigint), cast(branch as bigint) from recorded) m
        """,
        cancellation);

    /// <summary>How many activities were carried out again after a process had stored their results under its epoch.</summary>
    public Task<long> CarriedOutAgainAsync(long epoch, CancellationToken cancellation) => connection.NumberAsync(
        """
        select count(*) from said s
        join recorded r on r.run = s.run and r.visit = s.visit and r.branch = s.branch
        where r.epoch = @epoch and s.epoch > r.epoch
        """,
        cancellation,
        ("@epoch", epoch));

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static string RowOf(string line)
    {
        return line.Split(' ') is [var run, var visit, var branch, var epoch]
            && RunId.IsValid(run)
            && int.TryParse(visit, CultureInfo.InvariantCulture, out var visited)
            && int.TryParse(branch, CultureInfo.InvariantCulture, out var branched)
            && long.TryParse(epoch, CultureInfo.InvariantCulture, out var under)
            ? string.Create(CultureInfo.InvariantCulture, $"('{run}', {visited}, {branched}, {under})")
            : throw CommandException.Usage($"'{line}' does not say which run, visit, branch and epoch it is about.");
    }
}
