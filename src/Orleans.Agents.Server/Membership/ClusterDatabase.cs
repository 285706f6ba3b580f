using System.Globalization;
using System.Reflection;
using Npgsql;
using Orleans.Agents.Runs;
using Orleans.Agents.Silo.Hosting;
using Orleans.Configuration;
using Microsoft.Extensions.Options;

namespace Orleans.Agents.Server.Membership;

/// <summary>The tables that the cluster itself needs, beside those of the runs and in the same database.</summary>
/// <param name="source">Connections of its own: the list of silos must not wait for runs to be stored.</param>
/// <param name="cluster">Which cluster this is.</param>
internal sealed class ClusterDatabase(NpgsqlDataSource source, IOptions<ClusterOptions> cluster) : IEpochBook
{
    private static readonly string[] Scripts =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    private string Cluster => cluster.Value.ClusterId;

    /// <summary>Brings the tables to the form this version needs; waits while another process does the same.</summary>
    /// <exception cref="InvalidOperationException">They are of a newer version.</exception>
    public async Task MigrateAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await LockAsync(connection, "migrations", cancellation);
        await ExecuteAsync(
            connection,
            """
            create table if not exists cluster_migrations (
                number integer primary key,
                name text not null,
                applied_at timestamptz not null default clock_timestamp()
            )
            """,
            cancellation);
        await using var applied = Command(connection, "select coalesce(max(number), 0) from cluster_migrations");
        var last = (int)(await applied.ExecuteScalarAsync(cancellation))!;
        if (last > Scripts.Length)
        {
            throw new InvalidOperationException(
                $"The cluster's tables have form {last}; this version knows {Scripts.Length} at most. Use a newer one.");
        }

        foreach (var script in Scripts.Skip(last))
        {
            await ExecuteAsync(connection, Read(script), cancellation);
            var number = int.Parse(script.AsSpan(0, 4), CultureInfo.InvariantCulture);
            await ExecuteAsync(
                connection, "insert into cluster_migrations (number, name) values ($1, $2)", cancellation, number, script);
        }

        await transaction.CommitAsync(cancellation);
    }

    /// <inheritdoc/>
    public async Task NoteAsync(Epoch epoch, SiloAddress silo, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await ExecuteAsync(
            connection,
            """
            insert into silo_epochs (epoch, cluster, address, port, generation) values ($1, $2, $3, $4, $5)
            on conflict do nothing
            """,
            cancellation,
            epoch.Value,
            Cluster,
            silo.Endpoint.Address.ToString(),
            silo.Endpoint.Port,
            silo.Generation);
    }

    /// <inheritdoc/>
    public async Task<SiloAddress?> FindAsync(Epoch epoch, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var find = Command(
            connection,
            """
            select address, port, generation from silo_epochs join silos using (cluster, address, port, generation)
            where epoch = $1 and cluster = $2
            """,
            epoch.Value,
            Cluster);
        await using var row = await find.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation)
            ? SiloAddress.New(System.Net.IPAddress.Parse(row.GetString(0)), row.GetInt32(1), row.GetInt32(2))
            : null;
    }

    /// <summary>
    /// Marks silos dead whose epoch is fenced. A silo that joins asks all others that count as alive whether they can be
    /// reached; after a crash of everything nobody would answer, and nobody is there to declare them dead.
    /// </summary>
    /// <returns>How many there were.</returns>
    public async Task<int> BuryAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await LockAsync(connection, "burial", cancellation);
        await using var bury = Command(
            connection,
            """
            with buried as (
                update silos set status = 6 from silo_epochs join carrier using (epoch)
                where silos.cluster = $1 and silo_epochs.cluster = $1 and silos.address = silo_epochs.address
                    and silos.port = silo_epochs.port and silos.generation = silo_epochs.generation
                    and silos.status <> 6 and carrier.fenced_at is not null
                returning silos.cluster),
            moved as (
                update silo_versions set version = version + 1, changed_at = clock_timestamp()
                where cluster = $1 and exists (select from buried))
            select count(*)::integer from buried
            """,
            Cluster);
        var buried = (int)(await bury.ExecuteScalarAsync(cancellation))!;
        await transaction.CommitAsync(cancellation);
        return buried;
    }

    // The lock is of the schema, and goes with the transaction.
    private static Task LockAsync(NpgsqlConnection connection, string what, CancellationToken cancellation) => ExecuteAsync(
        connection,
        "select pg_advisory_xact_lock(hashtextextended('orleans.agents cluster ' || $1 || ' of ' || current_schema(), 0))",
        cancellation,
        what);

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
#pragma warning disable CA2100 // All of it is written in this file and in the migrations beside it.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }

    private static string Read(string script)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(script)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
