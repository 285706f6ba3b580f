using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>The pinned definitions in the database, and their names.</summary>
internal sealed class PostgresDefinitionStore(Database database) : IDefinitionStore
{
    /// <inheritdoc/>
    public Task SaveAsync(string hash, ReadOnlyMemory<byte> definition, CancellationToken cancellation) =>
        database.DoAsync(
            async (connection, stop) =>
            {
                await using var insert = connection.Command(
                    "insert into definitions (hash, body) values ($1, $2) on conflict do nothing",
                    Sql.Text(hash),
                    Sql.Bytes(definition));
                return await insert.ExecuteNonQueryAsync(stop);
            },
            cancellation);

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>?> FindAsync(string hash, CancellationToken cancellation) => database.DoAsync(
        async (connection, stop) =>
        {
            await using var find = connection.Command("select body from definitions where hash = $1", Sql.Text(hash));
            return await find.ExecuteScalarAsync(stop) is byte[] body ? body : (ReadOnlyMemory<byte>?)null;
        },
        cancellation);

    /// <inheritdoc/>
    public Task PublishAsync(ImmutableArray<Publication> publications, CancellationToken cancellation)
    {
        // In one order, so that those who publish the same names at once wait for each other instead of locking each other out.
        var ordered = publications.OrderBy(published => published.Workflow, StringComparer.Ordinal).ToList();
        return database.DoAsync(
            async (connection, stop) =>
            {
                await using var publish = connection.Command(
                    """
                    insert into published (workflow, hash, version, published_at)
                    select * from unnest($1, $2, $3, $4)
                    on conflict (workflow) do update set hash = excluded.hash, version = excluded.version,
                        published_at = greatest(published.published_at, excluded.published_at)
                    """,
                    Sql.Texts([.. ordered.Select(published => published.Workflow)]),
                    Sql.Texts([.. ordered.Select(published => published.Hash)]),
                    Sql.Of<List<string?>>(
                        [.. ordered.Select(published => published.Version)], NpgsqlDbType.Array | NpgsqlDbType.Text),
                    Sql.Of<List<DateTime>>(
                        [.. ordered.Select(published => published.At.UtcDateTime)], NpgsqlDbType.Array | NpgsqlDbType.TimestampTz));
                return await publish.ExecuteNonQueryAsync(stop);
            },
            cancellation);
    }

    /// <inheritdoc/>
    public Task<Publication?> FindPublishedAsync(string workflow, CancellationToken cancellation) => database.DoAsync(
        async (connection, stop) =>
        {
            await using var find = connection.Command(
                "select workflow, hash, version, published_at from published where workflow = $1", Sql.Text(workflow));
            return (await find.ReadAllAsync(PublicationOf, stop)).SingleOrDefault();
        },
        cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<Publication>> ListPublishedAsync(CancellationToken cancellation) => database.DoAsync(
        async (connection, stop) =>
        {
            await using var list = connection.Command(
                """select workflow, hash, version, published_at from published order by workflow collate "C" """);
            return (await list.ReadAllAsync(PublicationOf, stop)).ToImmutableArray();
        },
        cancellation);

    private static Publication PublicationOf(NpgsqlDataReader row) =>
        new(row.GetString(0), row.GetString(1), row.TextOrNull(2), row.Moment(3));
}
