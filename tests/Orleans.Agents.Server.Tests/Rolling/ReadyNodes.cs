using System.Net;

namespace Orleans.Agents.Server.Tests.Rolling;

/// <summary>Which nodes are ready, as a balancer knows it: by asking each of them every so often.</summary>
internal sealed class ReadyNodes : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Uri[] nodes;
    private readonly bool[] areReady;
    private readonly HttpClient probe = new() { Timeout = Patience };
    private readonly CancellationTokenSource ending = new();
    private readonly Task watching;
    private int turn;

    /// <summary>Begins to ask them; all of them are ready now.</summary>
    public ReadyNodes(Uri[] nodes)
    {
        this.nodes = nodes;
        areReady = [.. nodes.Select(_ => true)];
        watching = Task.WhenAll(Enumerable.Range(0, nodes.Length).Select(WatchAsync));
    }

    /// <summary>A node that was ready the last time, another one each time; null when there is none.</summary>
    public Uri? Next()
    {
        var first = (int)((uint)Interlocked.Increment(ref turn) % (uint)nodes.Length);
        return Enumerable.Range(first, nodes.Length)
            .Select(node => node % nodes.Length)
            .Where(node => Volatile.Read(ref areReady[node]))
            .Select(node => nodes[node])
            .FirstOrDefault();
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await watching;
        probe.Dispose();
        ending.Dispose();
    }

    private async Task WatchAsync(int node)
    {
        using var timer = new PeriodicTimer(Interval);
        while (!ending.IsCancellationRequested)
        {
            Volatile.Write(ref areReady[node], await IsReadyAsync(nodes[node]));
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private async Task<bool> IsReadyAsync(Uri node)
    {
        try
        {
            using var response = await probe.GetAsync(new Uri(node, "/health/ready"));
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception nobody) when (nobody is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }
}
