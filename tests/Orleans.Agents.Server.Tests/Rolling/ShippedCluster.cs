using System.Globalization;
using Npgsql;
using Orleans.Agents.EndToEnd.Tests.Checking;
using Orleans.Agents.EndToEnd.Tests.Processes;
using Orleans.Agents.Server.Bench.Hosts;
using Orleans.Agents.Storage.Tests;

namespace Orleans.Agents.Server.Tests.Rolling;

/// <summary>Three nodes, each the program as it ships, over one PostgreSQL; each is replaced where it was.</summary>
internal sealed class ShippedCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly PostgresServer database = PostgresServer.Start();
    private readonly NpgsqlDataSource source;
    private readonly string definitions = Path.Combine(Path.GetTempPath(), $"agents-{Guid.NewGuid():n}.yaml");
    private readonly (int Silo, int Http)[] ports;
    private readonly ServerProcess[] nodes;
    private readonly TimeSpan drainDelay;

    private ShippedCluster(TimeSpan drainDelay)
    {
        this.drainDelay = drainDelay;
        source = NpgsqlDataSource.Create(database.ConnectionString);
        File.WriteAllText(definitions, Workflows.Text);
        ports = [.. Cluster.FreePorts(2 * Cluster.Places).Chunk(2).Select(pair => (pair[0], pair[1]))];
        nodes = [.. Enumerable.Range(0, Cluster.Places).Select(Start)];
    }

    /// <summary>Where the nodes are asked.</summary>
    public Uri[] Addresses => [.. ports.Select(port => new UriBuilder("http", "127.0.0.1", port.Http).Uri)];

    /// <summary>What the nodes that are there complained of, for whoever looks into a failed test.</summary>
    public string Complaints => string.Join('\n', nodes.SelectMany(node => node.Said.Split('\n')
        .Where(line => line.Contains("warn: ", StringComparison.Ordinal) || line.Contains("fail: ", StringComparison.Ordinal)
            || line.StartsWith(' '))
        .TakeLast(60)
        .Select(line => $"[{node.Id}] {line}")));

    /// <summary>Starts three nodes, and waits until each is ready.</summary>
    public static async Task<ShippedCluster> StartAsync(TimeSpan drainDelay)
    {
        var cluster = new ShippedCluster(drainDelay);
        try
        {
            await Task.WhenAll(cluster.nodes.Select(node => node.ReadyAsync()));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGTERM, and another node on the same address when the one before has ended well.</summary>
    public async Task<Restart> RestartAsync(int place)
    {
        var leaving = nodes[place];
        var since = TimeProvider.System.GetTimestamp();
        var ending = leaving.TerminateAsync();
        TimeSpan? took = null;
        await Eventually.TrueAsync(
            async () => (took = await TakenOverAsync(leaving.Id)) is not null,
            Patience,
            () => $"process {leaving.Id} still has runs");
        Assert.Equal(0, await ending);
        var ended = TimeProvider.System.GetElapsedTime(since);
        nodes[place] = Start(place);
        await nodes[place].ReadyAsync();
        await leaving.DisposeAsync();
        return new Restart(took!.Value, ended, TimeProvider.System.GetElapsedTime(since) - ended);
    }

    /// <summary>What is stored when every run has ended.</summary>
    public async Task<StoreContents> ReadAsync()
    {
        await Eventually.TrueAsync(
            async () => await PostgresContents.CountAsync(
                database.ConnectionString, "select count(*) from runs where status not in ('succeeded', 'failed')") == 0,
            Patience,
            () => $"runs are left:\n{Left()}\n{Complaints}");
        return await PostgresContents.ReadAsync(database.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }

        await source.DisposeAsync();
        database.Dispose();
        File.Delete(definitions);
    }

    private string Left()
    {
        using var ask = source.CreateCommand(
            "select string_agg(concat_ws(' ', id, status, state, owner, wake_at), chr(10)) from runs where status not in ('succeeded', 'failed')");
        return $"{ask.ExecuteScalar()}";
    }

    // Null while the process is not fenced, or a run is left that nobody else has taken.
    private async Task<TimeSpan?> TakenOverAsync(int process)
    {
        await using var ask = source.CreateCommand(
            """
            with its as (select epoch, fenced_at from carrier where process like '%:' || $1)
            select clock_timestamp() - max(fenced_at) from its
            having bool_and(fenced_at is not null) and not exists (select from runs where owner in (select epoch from its))
            """);
        ask.Parameters.AddWithValue($"{process}");
        return (TimeSpan?)await ask.ExecuteScalarAsync();
    }

    // Patient with each other: this is about nodes that leave, and on a machine that has other things to do they would take
    // each other for dead.
    private ServerProcess Start(int place) => ServerProcess.Start(
        database.ConnectionString,
        definitions,
        ports[place].Silo,
        ports[place].Http,
        string.Create(CultureInfo.InvariantCulture, $"--drain-delay={drainDelay}"),
        "--profile=dev-safe",
        "--lease=00:00:10");
}

/// <summary>How a node was replaced.</summary>
/// <param name="TakenOver">When the last of its runs was carried by another node, after it had handed them over.</param>
/// <param name="Ended">How long it took to end, with what it waits for balancers.</param>
/// <param name="Ready">How long the next one took to be ready.</param>
internal sealed record Restart(TimeSpan TakenOver, TimeSpan Ended, TimeSpan Ready);
