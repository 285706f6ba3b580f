using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Orleans.Agents.EndToEnd.Tests.Processes;
using Orleans.Agents.Repository.Tests;
using Orleans.Agents.Repository.Tests.Deploy;
using Orleans.Agents.Storage.Tests;

namespace Orleans.Agents.Server.Tests.Deploy;

/// <summary>
/// What Compose starts, without containers: a database that is set up as the service <c>postgres</c> sets itself up, and the
/// nodes, with the environment that they have there. Only names of hosts, ports and mounted folders are those of this machine.
/// </summary>
internal sealed partial class ComposeMachine : IAsyncDisposable
{
    private static readonly Tree Services = Tree.Read("docker-compose.yml")[0]["services"];

    private readonly SharedServerDatabase database = SharedServerDatabase.Start(1);
    private readonly int nobody = Cluster.FreePorts(1)[0];
    private readonly List<string> mounts = [];

    /// <summary>Sets the database up by the file that its image runs at first.</summary>
    public static async Task<ComposeMachine> SetUpAsync()
    {
        var machine = new ComposeMachine();
        var postgres = Services["postgres"];
        var mounted = postgres["volumes"].Items.Select(volume => volume.Text.Split(':'))
            .Single(volume => volume[1].StartsWith("/docker-entrypoint-initdb.d/", StringComparison.Ordinal));
        await Program.RunAsync(
            Source.Root,
            [PostgresServer.Find("psql"), "--username", "postgres", "--file", mounted[0]],
            EnvironmentOf(postgres).Add("PGHOST", HostOf(machine.database.Server)));
        return machine;
    }

    /// <summary>Where a server has its socket, for programs of PostgreSQL's own.</summary>
    public static string HostOf(PostgresServer server) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString).Host!;

    /// <summary>Starts the program of a node as its container would be started.</summary>
    /// <param name="name">The service.</param>
    /// <param name="folder">Where the program is.</param>
    public Node Start(string name, string folder)
    {
        var service = Services[name];
        Assert.False(service.Has("command") || service.Has("entrypoint") || service.Has("healthcheck"), "they are the image's");
        var ports = Array.ConvertAll(Cluster.FreePorts(2), port => port.ToString(CultureInfo.InvariantCulture));
        var inside = service["ports"].Items.Single().Text.Split(':')[^1];
        var environment = EnvironmentOf(service)
            .Select(variable => KeyValuePair.Create(variable.Key, Here(variable.Value!, service, inside, ports)))
            .ToImmutableDictionary()
            .Add("AGENTS_ADDRESS", "127.0.0.1");
        var grace = service["stop_grace_period"].Text.TrimEnd('s');
        return new Node(
            Program.Start(folder, [.. As(Image.User), .. Image.EntryPoint], Alone(environment)),
            new UriBuilder("http", "127.0.0.1", int.Parse(ports[0], CultureInfo.InvariantCulture)).Uri,
            [.. Image.Health.Select(word => word.Replace($"/{inside} ", $"/{ports[0]} ", StringComparison.Ordinal))],
            TimeSpan.FromSeconds(int.Parse(grace, CultureInfo.InvariantCulture)));
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        mounts.ForEach(mount => Directory.Delete(mount, recursive: true));
    }

    private string Here(string value, Tree service, string inside, string[] ports)
    {
        foreach (var volume in service["volumes"].Items.Select(volume => OutsideOf(volume.Text).Split(':')))
        {
            if (value == volume[1])
            {
                return Mount(volume[0]);
            }
        }

        return value
            .Replace("Host=postgres;", $"Host=127.0.0.1;Port={database.WayOf(0).Port};", StringComparison.Ordinal)
            .Replace("//collector:4317", $"//127.0.0.1:{nobody}", StringComparison.Ordinal)
            .Replace($":{inside}", $":{ports[0]}", StringComparison.Ordinal)
            .Replace(service["environment"]["AGENTS_SILO_PORT"].Text, ports[1], StringComparison.Ordinal);
    }

    // A copy, because who a node runs as need not be able to come to where this repository is.
    private string Mount(string folder)
    {
        var mount = PublishedServer.NewFolder();
        mounts.Add(mount);
        foreach (var file in Directory.GetFiles(Path.Combine(Source.Root, folder), "*.yaml"))
        {
            File.Copy(file, Path.Combine(mount, Path.GetFileName(file)));
        }

        return mount;
    }

    private static string[] As(int user) => Environment.IsPrivilegedProcess
        ? ["setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups", "--no-new-privs"]
        : [];

    // Nothing of the environment of the tests, but what finds the runtime; and what Microsoft's image says.
    private static ImmutableDictionary<string, string?> Alone(ImmutableDictionary<string, string> environment)
    {
        var those = Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name is not ("PATH" or "DOTNET_ROOT"))
            .ToImmutableDictionary(name => name, _ => (string?)null);
        return those
            .SetItem("HOME", "/home/app")
            .SetItem("DOTNET_RUNNING_IN_CONTAINER", "true")
            .SetItem("ASPNETCORE_HTTP_PORTS", "8080")
            .SetItems(environment.Select(variable => KeyValuePair.Create(variable.Key, (string?)variable.Value)));
    }

    private static ImmutableDictionary<string, string?> EnvironmentOf(Tree service) => service["environment"].Members
        .ToImmutableDictionary(variable => variable.Name, variable => (string?)OutsideOf(variable.Value.Text));

    // As if nothing were set outside.
    private static string OutsideOf(string text) => Variable().Replace(text, variable => variable.Groups[1].Value);

    [GeneratedRegex(@"\$\{\w+:?-([^}]*)\}")]
    private static partial Regex Variable();
}
