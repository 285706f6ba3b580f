using Orleans.Agents.Journal;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>The pinned definitions in the database.</summary>
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
}
