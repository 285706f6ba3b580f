using System.Collections.Immutable;
using System.Globalization;
using Orleans.Agents.EndToEnd.Tests.Processes;
using Orleans.Agents.Repository.Tests;
using Orleans.Agents.Storage.Tests;

namespace Orleans.Agents.Server.Tests.Deploy;

/// <summary>
/// Where somebody follows a page by hand: a clone in which the server has been published, and a PostgreSQL. Only ports are
/// those that are free on this machine.
/// </summary>
internal sealed class HandMachine : IAsyncDisposable
{
    private readonly SharedServerDatabase database = SharedServerDatabase.Start(1);
    private readonly int[] ports = Cluster.FreePorts(4);
    private readonly string clone = Directory.CreateTempSubdirectory("agents-clone-").FullName;

    public HandMachine(string published)
    {
        Directory.CreateDirectory(Path.Combine(clone, ".artifacts"));
        Directory.CreateSymbolicLink(Path.Combine(clone, "deploy"), Path.Combine(Source.Root, "deploy"));
        Directory.CreateSymbolicLink(Path.Combine(clone, "samples"), Path.Combine(Source.Root, "samples"));
        Directory.CreateSymbolicLink(Path.Combine(clone, ".artifacts", "agents-server"), published);
    }

    /// <summary>Where the first and the second node are asked.</summary>
    public Uri[] Addresses => [.. ports[2..].Select(port => new UriBuilder("http", "127.0.0.1", port).Uri)];

    // As it is where the first node was started with the usual port for others.
    private ImmutableDictionary<string, string?> Variables => ImmutableDictionary<string, string?>.Empty
        .Add("AGENTS_SILO_PORT", $"{ports[0]}")
        .Add("PGHOST", ComposeMachine.HostOf(database.Server))
        .Add("PATH", $"{Path.GetDirectoryName(PostgresServer.Find("psql"))}:{Environment.GetEnvironmentVariable("PATH")}");

    /// <summary>Types a line and waits for its end, which has to be a good one.</summary>
    /// <returns>What it said.</returns>
    public Task<string> RunAsync(string line) => Program.RunAsync(clone, ["bash", "-c", Here(line)], Variables);

    /// <summary>Types lines of which the last stays in the foreground.</summary>
    public Program Start(string lines) => Program.Start(clone, ["bash", "-c", Here(lines)], Variables);

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        Directory.Delete(clone, recursive: true);
    }

    private string Here(string line) => line
        .Replace("Host=localhost;", $"Host=localhost;Port={database.WayOf(0).Port};", StringComparison.Ordinal)
        .Replace("--silo-port 11112", $"--silo-port {ports[1].ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal)
        .Replace("127.0.0.1:8080", $"127.0.0.1:{ports[2].ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal)
        .Replace("127.0.0.1:8081", $"127.0.0.1:{ports[3].ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal);
}
