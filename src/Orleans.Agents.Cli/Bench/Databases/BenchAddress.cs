using Npgsql;

namespace Orleans.Agents.Cli.Bench.Databases;

/// <summary>Where a database of the bench is.</summary>
/// <param name="Kind">One of <see cref="Kinds"/>.</param>
/// <param name="Place">The file, or the connection string.</param>
internal sealed record BenchAddress(string Kind, string Place)
{
    /// <summary>The environment variable that names the server, or the folder, when no option does.</summary>
    public const string Variable = "AGENTS_BENCH_CONNECTION";

    /// <summary>The kind that is a file.</summary>
    public const string Sqlite = "sqlite";

    /// <summary>The kind that is on a server.</summary>
    public const string Postgres = "postgres";

    /// <summary>The kinds of databases there are.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [Sqlite, Postgres];

    /// <summary>Makes a database, empty but for the store's tables.</summary>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="connection">The folder it shall lie in, or the server; null for the usual one.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<IBenchDatabase> CreateAsync(
        string kind, string? connection, CancellationToken cancellation)
    {
        var named = connection ?? Environment.GetEnvironmentVariable(Variable);
        var where = string.IsNullOrEmpty(named) ? null : named;
        IBenchDatabase database = (kind, where) switch
        {
            (Sqlite, _) => SqliteBench.Create(where),
            (_, null) => throw CommandException.Usage(
                $"--store {kind} needs --connection, or {Variable}: a server to make a database on."),
            _ => await PostgresBench.CreateAsync(where, cancellation),
        };
        try
        {
            await using var store = database.OpenStore();
            await store.MigrateAsync(cancellation);
            return database;
        }
        catch
        {
            await database.RemoveAsync();
            throw;
        }
    }

    /// <summary>The place as it may be written down: whoever goes there brings the password along.</summary>
    public string PlaceWithoutPassword =>
        Kind == Sqlite ? Place : new NpgsqlConnectionStringBuilder(Place) { Password = null }.ConnectionString;

    /// <summary>The database there, which somebody has made.</summary>
    public IBenchDatabase Attach() => Kind == Sqlite ? new SqliteBench(Place) : new PostgresBench(Place);
}
