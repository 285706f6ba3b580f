using Orleans.Agents.Journal;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>The pinned definitions in the file.</summary>
internal sealed class SqliteDefinitionStore(Writer writer, Readers readers) : IDefinitionStore
{
    /// <inheritdoc/>
    public Task SaveAsync(string hash, ReadOnlyMemory<byte> definition, CancellationToken cancellation) =>
        writer.DoAsync(
            session => session
                .Prepare("insert into definitions (hash, body) values (?1, ?2) on conflict do nothing")
                .Bind(1, hash)
                .Bind(2, definition)
                .Run(),
            definition.Length,
            cancellation);

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>?> FindAsync(string hash, CancellationToken cancellation) => readers.ReadAsync(
        database =>
        {
            var statement = database.Prepare("select body from definitions where hash = ?1").Bind(1, hash);
            if (!statement.Next())
            {
                return (ReadOnlyMemory<byte>?)null;
            }

            var body = statement.Blob(0);
            statement.Reset();
            return body;
        },
        cancellation);
}
