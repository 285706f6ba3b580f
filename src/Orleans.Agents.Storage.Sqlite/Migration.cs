using System.Globalization;
using System.Reflection;
using Microsoft.Data.Sqlite;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>Brings a database file to the form this version writes, one numbered script after another.</summary>
internal static class Migration
{
    private const string Host = "embedded";

    private static readonly string[] Scripts =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Applies what is missing, all or nothing; waits while another process does the same.</summary>
    public static void Apply(SqliteStoreOptions options)
    {
        using var database = Database.Open(options, create: true);
        SwitchToWriteAheadLog(database, options.LockTimeout);
        database.Execute("begin immediate");
        database.Execute(
            """
            create table if not exists migrations (
                number integer primary key,
                name text not null,
                applied_at integer not null
            )
            """);
        var applied = AppliedTo(database);
        var latest = NumberOf(Scripts[^1]);
        if (applied > latest)
        {
            throw new StoreException(
                "store.newer",
                $"{options.Path} has form {applied}; this version knows {latest} at most. Use a newer one.",
                isTransient: false);
        }

        foreach (var script in Scripts.Where(script => NumberOf(script) > applied))
        {
            database.Execute(Read(script));
            database
                .Prepare($"insert into migrations (number, name, applied_at) values (?1, ?2, {Clock.Now})")
                .Bind(1, NumberOf(script))
                .Bind(2, script)
                .Run();
        }

        RefuseOtherHosts(database, options.Path);
        database.Execute("commit");
    }

    // Changing the journal mode needs the file alone for a moment, and SQLite does not wait for that by itself.
    private static void SwitchToWriteAheadLog(Database database, TimeSpan timeout)
    {
        var patience = new Patience(timeout);
        while (true)
        {
            try
            {
                database.Execute("pragma journal_mode = wal");
                return;
            }
            catch (SqliteException problem) when (SqliteProblem.IsBusy(problem) && patience.Wait())
            {
            }
        }
    }

    private static int AppliedTo(Database database)
    {
        var statement = database.Prepare("select coalesce(max(number), 0) from migrations");
        statement.Next();
        var number = (int)statement.Integer(0);
        statement.Reset();
        return number;
    }

    private static void RefuseOtherHosts(Database database, string path)
    {
        var statement = database.Prepare("select host from store");
        statement.Next();
        var host = statement.Text(0);
        statement.Reset();
        if (host != Host)
        {
            throw new StoreException(
                "store.other_host", $"The runs in {path} belong to host {host}; this is {Host}.", isTransient: false);
        }
    }

    private static long NumberOf(string script) => long.Parse(script.AsSpan(0, 4), CultureInfo.InvariantCulture);

    private static string Read(string script)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(script)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
