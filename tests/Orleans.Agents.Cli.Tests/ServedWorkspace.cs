using System.Diagnostics;

namespace Orleans.Agents.Cli.Tests;

/// <summary>A process that serves a store over HTTP, for tests that ask it by the command; one for a whole class of tests.</summary>
public sealed class ServedWorkspace : IAsyncLifetime
{
    /// <summary>Waits until it is told something, and gives that back.</summary>
    internal const string Ask = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: ask }
        spec:
          start: wait
          states:
            wait: { wait: { signal: go }, save: { told: "${{ output }}" }, next: done }
            done: { end: "${{ context.told }}" }
        """;

    /// <summary>Launches another run.</summary>
    private const string Parent = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: parent }
        spec:
          start: go
          states:
            go: { launch: { workflow: echo, input: { a: 1 } }, next: done }
            done: { end: null }
        """;

    private Process? server;

    internal Workspace Workspace { get; } = new();

    /// <summary>Where the process answers.</summary>
    internal string Url { get; private set; } = "";

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(Workspace.At("flows"));
        Workspace.Write("flows/count.yaml", Samples.Count);
        Workspace.Write("flows/echo.yaml", Samples.Echo);
        Workspace.Write("flows/refuse.yaml", Samples.Refuse);
        Workspace.Write("flows/spend.yaml", Samples.Spend);
        Workspace.Write("flows/ask.yaml", Ask);
        Workspace.Write("flows/parent.yaml", Parent);
        (server, Url) = await StartAsync(Workspace, "flows");
    }

    public async Task DisposeAsync()
    {
        if (server is not null)
        {
            await Workspace.SignalAsync(server, "TERM");
            (await Workspace.EndOfAsync(server)).With(0);
            server.Dispose();
        }

        Workspace.Dispose();
    }

    /// <summary>Asks this process by the command.</summary>
    internal Task<Ended> AskAsync(params string[] args) => Workspace.AgentsAsync([.. args, "--server", Url]);

    /// <summary>Starts a process that answers at an address, any free one unless it is said, and says where it does.</summary>
    internal static async Task<(Process Server, string Url)> StartAsync(
        Workspace workspace, string path, string address = "http://127.0.0.1:0")
    {
        var server = workspace.Start(["serve", path, "--listen", address]);
        var told = await Workspace.UntilTellsAsync(server, "listening at ");
        return (server, told.Split("listening at ")[1].Trim());
    }
}
