using System.Collections.Immutable;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>The pinned definitions in the file, and their names.</summary>
internal sealed class SqliteDefinitionStore(Writer writer, Readers readers) : IDefinitionStore
{
    private const int NameBytes = 256;

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

    /// <inheritdoc/>
    public Task PublishAsync(ImmutableArray<Publication> publications, CancellationToken cancellation) => writer.DoAsync(
        session =>
        {
            foreach (var published in publications)
            {
                session
                    .Prepare(
                        """
                        insert into published (workflow, hash, version, published_at) values (?1, ?2, ?3, ?4)
                        on conflict (workflow) do update set hash = excluded.hash, version = excluded.version,
                            published_at = max(published_at, excluded.published_at)
                        """)
                    .Bind(1, published.Workflow)
                    .Bind(2, published.Hash)
                    .Bind(3, published.Version)
                    .Bind(4, Clock.Of(published.At))
                    .Run();
            }

            return true;
        },
        publications.Length * NameBytes,
        cancellation);

    /// <inheritdoc/>
    public Task<Publication?> FindPublishedAsync(string workflow, CancellationToken cancellation) => readers.ReadAsync(
        database =>
        {
            var statement = database
                .Prepare("select workflow, hash, version, published_at from published where workflow = ?1")
                .Bind(1, workflow);
            if (!statement.Next())
            {
                return null;
            }

            var found = PublicationOf(statement);
            statement.Reset();
            return found;
        },
        cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<Publication>> ListPublishedAsync(CancellationToken cancellation) => readers.ReadAsync(
        database =>
        {
            var statement = database.Prepare("select workflow, hash, version, published_at from published order by workflow");
            var all = ImmutableArray.CreateBuilder<Publication>();
            while (statement.Next())
            {
                all.Add(PublicationOf(statement));
            }

            return all.ToImmutable();
        },
        cancellation);

    private static Publication PublicationOf(Statement row) =>
        new(row.Text(0), row.Text(1), row.TextOrNull(2), Clock.At(row.Integer(3)));
}
