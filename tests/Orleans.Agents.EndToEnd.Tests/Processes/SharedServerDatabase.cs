using System.Globalization;
using System.Net.Sockets;
using Npgsql;
using Orleans.Agents.EndToEnd.Tests.Checking;
using Orleans.Agents.EndToEnd.Tests.Faults;
using Orleans.Agents.Storage.Tests;

namespace Orleans.Agents.EndToEnd.Tests.Processes;

/// <summary>
/// A PostgreSQL server of one's own; each place of a fleet reaches it by a way of its own, which can be made bad.
/// </summary>
internal sealed class SharedServerDatabase : ISharedDatabase
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TcpProxy[] ways;

    private SharedServerDatabase(PostgresServer server, int places)
    {
        Server = server;
        var socket = Path.Combine(new NpgsqlConnectionStringBuilder(server.ConnectionString).Host!, ".s.PGSQL.5432");
        ways = [.. Enumerable.Range(0, places).Select(_ => new TcpProxy(new UnixDomainSocketEndPoint(socket)))];
    }

    /// <summary>The server itself.</summary>
    public PostgresServer Server { get; }

    public static SharedServerDatabase Start(int places) => new(PostgresServer.Start(), places);

    /// <summary>The way that a place takes to the server.</summary>
    public TcpProxy WayOf(int place) => ways[place];

    public string StoreFor(int place) => string.Create(
        CultureInfo.InvariantCulture,
        $"postgres:Host=127.0.0.1;Port={ways[place].Port};Username=postgres;Database=postgres;Maximum Pool Size=16");

    public Task<StoreContents> ReadAsync() => AskAsync(() => PostgresContents.ReadAsync(Server.ConnectionString));

    public Task<long> CountAsync(string sql) => AskAsync(() => PostgresContents.CountAsync(Server.ConnectionString, sql));

    public async ValueTask DisposeAsync()
    {
        foreach (var way in ways)
        {
            await way.DisposeAsync();
        }

        Server.Dispose();
    }

    // The server may be down just now: that is one of the faults.
    private static async Task<TAnswer> AskAsync<TAnswer>(Func<Task<TAnswer>> ask)
    {
        TAnswer? answer = default;
        Exception? why = null;
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    answer = await ask();
                    return true;
                }
                catch (NpgsqlException down)
                {
                    why = down;
                    return false;
                }
            },
            Patience,
            () => $"the server does not answer: {why}");
        return answer!;
    }
}
