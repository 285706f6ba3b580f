using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Orleans.Agents.EndToEnd.Tests.Faults;
using Orleans.Agents.EndToEnd.Tests.Processes;
using Orleans.Agents.Storage.Tests;

namespace Orleans.Agents.Server.Tests;

/// <summary>Nodes as they ship, asked over HTTP.</summary>
[Collection(FaultSettings.Fleets)]
public sealed class GatewayTests
{
    private const string Workflow = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: count }
        spec:
          start: count
          states:
            count: { tool: text.count, input: { text: "${{ input.text }}" }, save: { words: "${{ output.words }}" }, next: rest }
            rest: { wait: { duration: 300ms }, next: done }
            done: { end: "${{ context.words }}" }
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_run_that_is_started_at_one_node_is_followed_at_the_other_and_a_node_leaves_under_load_without_a_refusal()
    {
        using var server = PostgresServer.Start();
        var definitions = Path.Combine(Path.GetTempPath(), $"agents-{Guid.NewGuid():n}.yaml");
        await File.WriteAllTextAsync(definitions, Workflow);
        var ports = Cluster.FreePorts(4);
        using var first = Start(server, definitions, ports[0], ports[1]);
        using var second = Start(server, definitions, ports[2], ports[3]);
        using var here = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ports[1]}"), Timeout = Patience };
        using var there = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ports[3]}"), Timeout = Patience };
        await ReadyAsync(here, first);
        await ReadyAsync(there, second);

        var run = await StartAsync(here);
        var events = await FollowAsync(there, run);
        Assert.StartsWith("id: 1\nevent: run.started\n", events, StringComparison.Ordinal);
        Assert.Contains("event: run.succeeded\n", events, StringComparison.Ordinal);

        var runs = await LoadAsync(here, first);

        Assert.Equal(0, await ProgramTests.EndOfAsync(first));
        foreach (var started in runs)
        {
            Assert.Contains("event: run.succeeded\n", await FollowAsync(there, started), StringComparison.Ordinal);
        }

        Signal.Terminate(second);
        Assert.Equal(0, await ProgramTests.EndOfAsync(second));
        File.Delete(definitions);
    }

    private static Process Start(PostgresServer server, string definitions, int silo, int http)
    {
        var process = ProgramTests.Start(
            server,
            string.Create(CultureInfo.InvariantCulture, $"--silo-port={silo}"),
            string.Create(CultureInfo.InvariantCulture, $"--listen=http://127.0.0.1:{http}"),
            $"--definitions={definitions}",
            "--drain-delay=00:00:02");
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    private static Task ReadyAsync(HttpClient node, Process process) => Eventually.TrueAsync(
        async () => await StatusAsync(node, "/health/ready") == HttpStatusCode.OK,
        Patience,
        () => $"the node is not ready; it has ended: {process.HasExited}");

    // Null when nobody is there.
    private static async Task<HttpStatusCode?> StatusAsync(HttpClient node, string path)
    {
        try
        {
            using var response = await node.GetAsync(new Uri(path, UriKind.Relative));
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    // Eight callers at once, until the node takes no connections any more; whatever it does take, it answers. In the midst of
    // it the node is told to stop: from then on it is not ready, and serves on.
    private static async Task<List<string>> LoadAsync(HttpClient node, Process process)
    {
        var (runs, afterwards) = (new List<string>(), 0);
        while (true)
        {
            if (runs.Count == 40)
            {
                Signal.Terminate(process);
            }

            var started = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => TryStartAsync(node)));
            runs.AddRange(started.OfType<string>());
            if (runs.Count > 40)
            {
                afterwards += await StatusAsync(node, "/health/ready") == HttpStatusCode.ServiceUnavailable ? 1 : 0;
            }

            if (started.Contains(null))
            {
                Assert.True(afterwards > 0, "It served nobody after it was told to stop.");
                return runs;
            }
        }
    }

    private static async Task<string?> TryStartAsync(HttpClient node)
    {
        try
        {
            return await StartAsync(node);
        }
        catch (HttpRequestException gone) when (gone.HttpRequestError == HttpRequestError.ConnectionError)
        {
            return null;
        }
    }

    private static async Task<string> StartAsync(HttpClient node)
    {
        using var content = new StringContent("""{"workflow":"count","input":{"text":"a b c"}}""", Encoding.UTF8, "application/json");
        using var response = await node.PostAsync(new Uri("/api/v1/runs", UriKind.Relative), content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Created, $"{response.StatusCode}: {text}");
        return text.Split('"')[3];
    }

    private static async Task<string> FollowAsync(HttpClient node, string run)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/runs/{run}/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var response = await node.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }
}
