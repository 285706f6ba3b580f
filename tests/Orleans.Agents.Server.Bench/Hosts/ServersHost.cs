using System.Net;
using System.Net.Sockets;
using Orleans.Agents.Client;
using Orleans.Agents.Client.Contracts;

namespace Orleans.Agents.Server.Bench.Hosts;

/// <summary>Nodes as they ship, each a process, asked over HTTP.</summary>
internal sealed class ServersHost : IBenchHost
{
    private readonly ServerProcess[] servers;
    private readonly AgentsClient[] clients;

    private ServersHost(ServerProcess[] servers)
    {
        this.servers = servers;
        clients = [.. servers.Select(server => new AgentsClient(server.Http))];
    }

    public IReadOnlyList<ServerProcess> Servers => servers;

    /// <summary>Starts nodes and waits until each is ready.</summary>
    public static async Task<ServersHost> StartAsync(BenchDatabase database, int count)
    {
        var host = Begin(database, FreePorts(2 * count));
        await Task.WhenAll(host.servers.Select(server => server.ReadyAsync()));
        return host;
    }

    /// <summary>Starts nodes on these ports: one for other nodes and one for callers each.</summary>
    public static ServersHost Begin(BenchDatabase database, int[] ports) => new(
        [.. ports.Chunk(2).Select(pair => ServerProcess.Start(database.ConnectionString, Workflows.File, pair[0], pair[1]))]);

    public Task StartRunAsync(string workflow, int turn) =>
        clients[turn % clients.Length].StartAsync(new StartRun(workflow));

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }
    }

    /// <summary>Ports that nobody else asks for meanwhile, as likely as can be.</summary>
    public static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }
}
