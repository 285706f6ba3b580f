using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Orleans.Agents.EndToEnd.Tests.Checking;
using Orleans.Agents.Storage.Tests;
using Orleans.Agents.EndToEnd.Tests.Processes;

namespace Orleans.Agents.Server.Tests;

/// <summary>Three nodes, each a process, over one PostgreSQL, with callers who start runs at them; and the verdict.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    /// <summary>How many nodes there are.</summary>
    public const int Places = 3;

    private const string Port = "AGENTS_SILO_PORT";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly SharedServerDatabase database;
    private int gone;

    private Cluster(SharedServerDatabase database, Fleet fleet) =>
        (this.database, Nodes, Load) = (database, fleet, new Load(fleet));

    public Fleet Nodes { get; }

    public Load Load { get; }

    public PostgresServer Database => database.Server;

    /// <summary>Starts three nodes; those that come at once form one cluster.</summary>
    /// <param name="lanes">How many attempts a node makes at once.</param>
    public static async Task<Cluster> StartAsync(int lanes = 512)
    {
        var database = SharedServerDatabase.Start(Places);
        try
        {
            var ports = FreePorts(Places);
            return new Cluster(database, await Fleet.StartAsync(database, [.. ports.Select(port => EnvironmentOf(port, lanes))]));
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL, and another node on the same address.</summary>
    public async Task KillAsync(int place)
    {
        await Nodes[place].KillAsync();
        await ReplaceAsync(place);
    }

    /// <summary>SIGSTOP for longer than the lease, then SIGCONT. A node that was given up ends by itself.</summary>
    public async Task FreezeAsync(int place, Func<Task> meanwhile)
    {
        var node = Nodes[place];
        node.Freeze();
        await meanwhile();
        node.Thaw();
        await node.EndAsync();
        await ReplaceAsync(place);
    }

    /// <summary>SIGTERM, and another node on the same address.</summary>
    public async Task RestartAsync(int place)
    {
        var code = await Nodes[place].TerminateAsync();
        Assert.True(code == 0, Nodes[place].Errors);
        await ReplaceAsync(place);
    }

    /// <summary>Kills all nodes at once and starts others.</summary>
    /// <param name="onNewAddresses">Whether they come on other addresses, as containers do.</param>
    public async Task CrashAsync(bool onNewAddresses)
    {
        await Task.WhenAll(Enumerable.Range(0, Places).Select(place => Nodes[place].KillAsync()));
        var ports = onNewAddresses ? FreePorts(Places) : null;
        await Task.WhenAll(Enumerable.Range(0, Places).Select(place => ReplaceAsync(place, ports?[place])));
    }

    /// <summary>Waits until no run is owned by an epoch of a process.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> TakenOverAsync(int process)
    {
        var since = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(
            async () => await OwnedByAsync(process) == 0,
            Patience,
            () => $"process {process} still has runs: {Nodes.Errors}");
        return TimeProvider.System.GetElapsedTime(since);
    }

    /// <summary>
    /// How long after a moment the last of the runs that a process carried went on at another one: by what the journal says,
    /// whenever somebody looks.
    /// </summary>
    public async Task<TimeSpan> GoingAgainAsync(int process, DateTimeOffset since) => TimeSpan.FromMilliseconds(await CountAsync(
        $"""
        select (1000 * extract(epoch from max(at) - timestamptz '{since:O}'))::bigint
        from (
            select min(at) as at from appends join carrier using (epoch)
            where process not like '%:{process}' and run in (
                select run from appends join carrier using (epoch) where process like '%:{process}')
            group by run) as others
        """));

    /// <summary>How many runs a process owns.</summary>
    public Task<long> OwnedByAsync(int process) => CountAsync(
        $"select count(*) from runs where owner in (select epoch from carrier where process like '%:{process}')");

    public Task<long> CountAsync(string sql) => database.CountAsync(sql);

    /// <summary>Ends the load, waits until every run has ended, and has the history judged.</summary>
    /// <returns>What was found, for people.</returns>
    public async Task<string> JudgeAsync()
    {
        await Load.EndAsync();
        var resumed = await Nodes.ResumeAndRestAsync(Patience);
        var contents = await database.ReadAsync();
        var work = Nodes.WorkOfLenders();
        var wrong = HistoryChecker.Judge(contents, work, Load.Promises);
        var report = string.Create(
            CultureInfo.InvariantCulture,
            $"{contents.Runs.Count} runs, {contents.Appends.Count} appends, {contents.Carriers.Count} epochs of which "
            + $"{contents.Fenced} fenced, {gone} processes gone, {work.RunsThatLent} runs with attempts made elsewhere, "
            + $"{work.MadeAnew.Count} attempts begun at two nodes, "
            + $"{resumed} times a run resumed that had seen five of its processes end");
        Assert.True(wrong.Count == 0, $"{report}:\n{string.Join('\n', wrong.Take(20))}\n{Nodes.Errors}");
        Assert.NotEmpty(Load.Promises);
        Assert.True(contents.Fenced <= gone, $"{report}\n{Nodes.Errors}");
        return report;
    }

    public async ValueTask DisposeAsync()
    {
        await Nodes.DisposeAsync();
        await database.DisposeAsync();
    }

    private async Task ReplaceAsync(int place, int? port = null)
    {
        Interlocked.Increment(ref gone);
        var node = Nodes.Replace(
            place, port is { } other ? (Port, other.ToString(CultureInfo.InvariantCulture)) : null);
        Assert.True(await node.IsReadyAsync(), $"A node ended before it was ready: {node.Errors}");
    }

    private static ImmutableDictionary<string, string> EnvironmentOf(int port, int lanes) => ImmutableDictionary<string, string>.Empty
        .Add(Port, port.ToString(CultureInfo.InvariantCulture))
        .Add("AGENTS_LANES", lanes.ToString(CultureInfo.InvariantCulture))
        .Add("AGENTS_DRAIN_DELAY", "00:00:00.5");

    // Nobody else asks for them meanwhile, as likely as can be.
    public static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }
}
