using System.Globalization;
using System.Reflection;
using Npgsql;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>Brings a database to the form this version writes, one numbered script after another.</summary>
internal static class Migration
{
    private static readonly string[] Scripts =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Applies what is missing, all or nothing; waits while another process does the same.</summary>
    public static async Task<bool> ApplyAsync(
        NpgsqlConnection connection, string database, StoreHost host, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var applied = await AppliedToAsync(connection, cancellation);
        var latest = NumberOf(Scripts[^1]);
        if (applied > latest)
        {
            throw new StoreException(
                "store.newer",
                $"{database} has form {applied}; this version knows {latest} at most. Use a newer one.",
                isTransient: false);
        }

        foreach (var script in Scripts.Where(script => NumberOf(script) > applied))
        {
            await ApplyAsync(connection, script, cancellation);
        }

        await RefuseOtherHostsAsync(connection, database, NameOf(host), cancellation);
        await transaction.CommitAsync(cancellation);
        return applied < latest;
    }

    /// <summary>Whether this was ever done.</summary>
    public static async Task<bool> IsAppliedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = connection.Command("select to_regclass('migrations') is not null");
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    // The lock is of the schema: there may be several stores in one database. It goes with the transaction.
    private static async Task<int> AppliedToAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = connection.Command(
            "select pg_advisory_xact_lock(hashtextextended('orleans.agents migrations of ' || current_schema(), 0))");
        await command.ExecuteNonQueryAsync(cancellation);
        command.CommandText =
            """
            create table if not exists migrations (
                number integer primary key,
                name text not null,
                applied_at timestamptz not null default clock_timestamp()
            )
            """;
        await command.ExecuteNonQueryAsync(cancellation);
        command.CommandText = "select coalesce(max(number), 0) from migrations";
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, string script, CancellationToken cancellation)
    {
        await using var command = connection.Command(Read(script));
        await command.ExecuteNonQueryAsync(cancellation);
        await using var note = connection.Command(
            "insert into migrations (number, name) values ($1, $2)", Sql.Integer(NumberOf(script)), Sql.Text(script));
        await note.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task RefuseOtherHostsAsync(
        NpgsqlConnection connection, string database, string mine, CancellationToken cancellation)
    {
        await using var first = connection.Command(
            "insert into store (host) values ($1) on conflict do nothing", Sql.Text(mine));
        await first.ExecuteNonQueryAsync(cancellation);
        await using var command = connection.Command("select host from store");
        var host = (string)(await command.ExecuteScalarAsync(cancellation))!;
        if (host != mine)
        {
            throw new StoreException(
                "store.other_host", $"The runs in {database} belong to host {host}; this is {mine}.", isTransient: false);
        }
    }

    private static string NameOf(StoreHost host) => host == StoreHost.Cluster ? "cluster" : "embedded";

    private static long NumberOf(string script) => long.Parse(script.AsSpan(0, 4), CultureInfo.InvariantCulture);

    private static string Read(string script)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(script)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
