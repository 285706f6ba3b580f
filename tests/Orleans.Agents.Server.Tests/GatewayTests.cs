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
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: paced }
        spec:
          start: rest
          states:
            rest:
              wait: { duration: 250ms }
              max_visits: 16
              next: [ { when: run.cycle.remaining > 0, to: rest }, { to: done } ]
            done: { end: true }
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_run_that_is_started_at_one_node_is_followed_at_the_other_and_a_node_leaves_under_load_without_a_refusal()
    {
        using var nodes = await Nodes.StartAsync();
        var (first, here, second, there) = (nodes.First, nodes.Here, nodes.Second, nodes.There);
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
    }

    [Fact]
    public async Task Who_follows_a_run_at_one_node_misses_nothing_and_sees_nothing_twice_when_the_one_that_carries_it_is_killed()
    {
        using var nodes = await Nodes.StartAsync();
        var run = await StartAsync(nodes.Here, "paced");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/runs/{run}/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var response = await nodes.There.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync());
        List<string> lines = [];
        while (await events.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            lines.Add(line);
            if (lines.Count(one => one == "event: state.entered") == 4 && !nodes.First.HasExited)
            {
                nodes.First.Kill();
                await nodes.First.WaitForExitAsync();
            }
        }

        var numbers = lines.Where(line => line.StartsWith("id: ", StringComparison.Ordinal)).ToList();
        Assert.Equal(Enumerable.Range(1, numbers.Count).Select(n => $"id: {n}"), numbers);
        Assert.True(nodes.First.HasExited);
        Assert.Contains("event: run.taken_over", lines);
        Assert.Equal("event: run.succeeded", lines.Last(line => line.StartsWith("event: ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_node_that_is_told_what_to_keep_prunes_the_rest_for_all_nodes()
    {
        using var nodes = await Nodes.StartAsync();
        var run = await StartAsync(nodes.Here);
        await FollowAsync(nodes.There, run);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(nodes.There, $"/api/v1/runs/{run}"));
        var ports = Cluster.FreePorts(2);

        var (strict, http) = nodes.Launch(ports[0], ports[1], "--retain-newest=0");
        using (strict)
        using (http)
        {
            await Eventually.TrueAsync(
                async () => await StatusAsync(nodes.There, $"/api/v1/runs/{run}") == HttpStatusCode.NotFound,
                Patience,
                () => "the run is kept");
            strict.Kill();
        }
    }

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

    private static async Task<string> StartAsync(HttpClient node, string workflow = "count")
    {
        using var content = new StringContent(
            $$$"""{"workflow":"{{{workflow}}}","input":{"text":"a b c"}}""", Encoding.UTF8, "application/json");
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

    /// <summary>Two nodes over a PostgreSQL of their own.</summary>
    private sealed class Nodes : IDisposable
    {
        private readonly PostgresServer server = PostgresServer.Start();
        private readonly string definitions = Path.Combine(Path.GetTempPath(), $"agents-{Guid.NewGuid():n}.yaml");

        private Nodes()
        {
            File.WriteAllText(definitions, Workflow);
            var ports = Cluster.FreePorts(4);
            (First, Here) = Launch(ports[0], ports[1]);
            (Second, There) = Launch(ports[2], ports[3]);
        }

        public Process First { get; }

        public HttpClient Here { get; }

        public Process Second { get; }

        public HttpClient There { get; }

        public static async Task<Nodes> StartAsync()
        {
            var nodes = new Nodes();
            await ReadyAsync(nodes.Here, nodes.First);
            await ReadyAsync(nodes.There, nodes.Second);
            return nodes;
        }

        public void Dispose()
        {
            foreach (var node in new[] { First, Second })
            {
                node.Kill(); // one that has ended is none the worse for it
                node.Dispose();
            }

            Here.Dispose();
            There.Dispose();
            server.Dispose();
            File.Delete(definitions);
        }

        public (Process Process, HttpClient Http) Launch(int silo, int http, params string[] flags)
        {
            var process = ProgramTests.Start(
                server,
                [
                    string.Create(CultureInfo.InvariantCulture, $"--silo-port={silo}"),
                    string.Create(CultureInfo.InvariantCulture, $"--listen=http://127.0.0.1:{http}"),
                    $"--definitions={definitions}",
                    "--drain-delay=00:00:02",
                    .. flags,
                ]);
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            return (process, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{http}"), Timeout = Patience });
        }

        private static Task ReadyAsync(HttpClient node, Process process) => Eventually.TrueAsync(
            async () => await StatusAsync(node, "/health/ready") == HttpStatusCode.OK,
            Patience,
            () => $"the node is not ready; it has ended: {process.HasExited}");
    }
}
