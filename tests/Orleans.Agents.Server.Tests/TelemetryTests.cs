using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Orleans.Agents.EndToEnd.Tests.Faults;
using Orleans.Agents.EndToEnd.Tests.Processes;
using Orleans.Agents.Otlp.Tests;
using Orleans.Agents.Server.Bench.Hosts;
using Orleans.Agents.Storage.Tests;

namespace Orleans.Agents.Server.Tests;

/// <summary>What a node, as it ships, tells a collector.</summary>
[Collection(FaultSettings.Fleets)]
public sealed class TelemetryTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_request_its_run_and_in_debug_the_calls_of_grains_come_to_the_collector()
    {
        await using var collector = await FakeCollector.OpenAsync();
        using var server = PostgresServer.Start();
        var ports = Cluster.FreePorts(2);
        using var client = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ports[0]}")) };
        using var node = Start(server, collector, ports);
        await Eventually.TrueAsync(() => IsReadyAsync(client), Patience, () => "it did not come up");

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/runs")
        {
            Content = new StringContent("""{"workflow":"greeting","input":{"name":"Ada"},"run":"hello"}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("traceparent", $"00-{Trace}-00f067aa0ba902b7-01");
        using var started = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, started.StatusCode);
        await collector.UntilAsync(c => c.Spans.Any(span => span.Name == "invoke_workflow greeting"));
        Signal.Terminate(node);
        Assert.Equal(0, await ProgramTests.EndOfAsync(node));

        var told = collector.Spans.Where(span => span.Trace == Trace).ToDictionary(span => span.Id);
        var life = told.Values.Single(span => span.Name == "invoke_workflow greeting");
        var start = told[life.Parent];
        var posted = told[start.Parent];
        Assert.Equal(("run.start greeting", "POST /api/v1/runs"), (start.Name, posted.Name));
        Assert.Equal("00f067aa0ba902b7", posted.Parent);
        Assert.Equal(("hello", "succeeded"), (life.Tags["thread.id"], life.Tags["agents.run.status"]));
        Assert.Equal("agents-server", collector.Resource["service.name"]);
        Assert.Contains(collector.Spans, span => span.Name.Contains("RunGrain", StringComparison.Ordinal));
        Assert.Contains("agents.states.entered", collector.Metrics);
        Assert.Contains(collector.Metrics, name => name.StartsWith("orleans-", StringComparison.Ordinal));
        Assert.Contains(collector.Logs, log => log.Contains("of workflow greeting started", StringComparison.Ordinal));
    }

    private static async Task<bool> IsReadyAsync(HttpClient client)
    {
        try
        {
            using var ready = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return ready.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static Process Start(PostgresServer server, FakeCollector collector, int[] ports)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [
                ServerProcess.Program,
                $"--postgres={server.ConnectionString}",
                "--profile=dev-safe",
                "--address=127.0.0.1",
                string.Create(CultureInfo.InvariantCulture, $"--listen=http://127.0.0.1:{ports[0]}"),
                string.Create(CultureInfo.InvariantCulture, $"--silo-port={ports[1]}"),
                $"--definitions={Path.Combine(Root, "samples", "embedding")}",
            ]);
        start.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address;
        start.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        start.Environment["OTEL_BSP_SCHEDULE_DELAY"] = "50";
        start.Environment["OBS_MODE"] = "debug";
        return Process.Start(start)!;
    }

    private static string Root => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", ".."));

    private static string Here([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;
}
