using System.Diagnostics;
using Orleans.Agents.Otlp.Tests;

namespace Orleans.Agents.Cli.Tests;

/// <summary>What the program tells a collector, where its environment names one.</summary>
public sealed class TelemetryTests : IDisposable
{
    private readonly Workspace workspace = new();

    [Fact]
    public async Task A_run_is_told_to_the_collector_and_its_output_stays_the_only_thing_that_is_printed()
    {
        await using var collector = await FakeCollector.OpenAsync();
        Name(collector);
        workspace.Write("w.yaml", Samples.Count);

        var ended = (await workspace.AgentsAsync("run", "w.yaml", "--set", "from=1", "--quiet")).With(0);

        Assert.Equal("""{"n":3}""", ended.Out.TrimEnd());
        Assert.Empty(ended.Err);
        Assert.Equal(2, collector.Spans.Count(span => span.Name == "invoke_agent adder"));
        Assert.Single(collector.Spans.Select(span => span.Trace).Distinct());
        Assert.Equal("agents", collector.Resource["service.name"]);
        Assert.Empty(collector.Metrics);
    }

    [Fact]
    public async Task A_run_whose_process_is_killed_goes_on_in_the_same_trace_and_everything_is_told_for_a_while()
    {
        await using var collector = await FakeCollector.OpenAsync();
        Name(collector);
        workspace.Write("await.yaml", Samples.Await);
        using (var killed = workspace.Start(["run", "await.yaml", "--id", "bill"]))
        {
            await collector.UntilAsync(c => c.Spans.Any(span => span.Name == "execute_tool files.read"));
            await Workspace.SignalAsync(killed, "KILL");
            await killed.WaitForExitAsync();
        }

        Assert.DoesNotContain(collector.Spans, span => span.Name == "invoke_workflow await");
        workspace.Write("go.txt", "went");
        (await workspace.AgentsAsync("runs", "resume", "bill")).With(0);

        var life = Assert.Single(collector.Spans, span => span.Name == "invoke_workflow await");
        Assert.Equal(("bill", "true"), (life.Tags["thread.id"], life.Tags["agents.resumed"]));
        Assert.Single(collector.Spans.Select(span => span.Trace).Distinct());
        Assert.Equal(Assert.Single(collector.Spans, span => span.Name == "run.start await").Id, life.Parent);
        Assert.Contains("agents.store.batch.size", collector.Metrics);
    }

    [Fact]
    public async Task A_server_is_switched_by_a_file_while_it_serves()
    {
        await using var collector = await FakeCollector.OpenAsync();
        Name(collector);
        workspace.Environment["OBS_MODE_FILE"] = workspace.At("mode");
        workspace.Write("w.yaml", Samples.Count);
        using var server = workspace.Start(["serve", "w.yaml"]);
        await Workspace.UntilTellsAsync(server, "serving");

        workspace.Write("mode", "debug\n");
        await UntilLoggedAsync(collector);
        await Workspace.SignalAsync(server, "TERM");
        (await Workspace.EndOfAsync(server)).With(0);

        Assert.Contains("agents.runs.ended", collector.Metrics);
    }

    [Fact]
    public async Task Who_has_no_collector_loads_nothing_for_one()
    {
        using var quiet = workspace.Start(["serve"]);
        await Workspace.UntilTellsAsync(quiet, "serving");
        var without = await File.ReadAllTextAsync($"/proc/{quiet.Id}/maps");
        await EndAsync(quiet);
        await using var collector = await FakeCollector.OpenAsync();
        Name(collector);
        using var telling = workspace.Start(["serve"]);
        await Workspace.UntilTellsAsync(telling, "serving");
        var with = await File.ReadAllTextAsync($"/proc/{telling.Id}/maps");
        await EndAsync(telling);

        Assert.DoesNotContain("OpenTelemetry", without, StringComparison.Ordinal);
        Assert.DoesNotContain("Orleans.Agents.Otlp", without, StringComparison.Ordinal);
        Assert.Equal(!Workspace.IsNative, with.Contains("OpenTelemetry", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mode_that_makes_no_sense_is_refused()
    {
        workspace.Environment["OBS_MODE"] = "loud";
        workspace.Write("w.yaml", Samples.Count);

        var refused = (await workspace.AgentsAsync("run", "w.yaml", "--set", "from=1")).With(2);

        Assert.Contains("OBS_MODE is 'loud'", refused.Err, StringComparison.Ordinal);
    }

    public void Dispose() => workspace.Dispose();

    private static async Task EndAsync(Process process)
    {
        await Workspace.SignalAsync(process, "TERM");
        (await Workspace.EndOfAsync(process)).With(0);
    }

    // The file is looked at once a second, so runs are started until two are logged: the second ended when all was told.
    private async Task UntilLoggedAsync(FakeCollector collector)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (collector.Logs.Count(log => log.Contains("ended: Succeeded", StringComparison.Ordinal)) < 2)
        {
            (await workspace.AgentsAsync("run", "w.yaml", "--set", "from=1", "--detach")).With(0);
            await Task.Delay(100, patience.Token);
        }
    }

    private void Name(FakeCollector collector)
    {
        workspace.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address;
        workspace.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        workspace.Environment["OTEL_BSP_SCHEDULE_DELAY"] = "20";
        workspace.Environment["OTEL_BLRP_SCHEDULE_DELAY"] = "20";
    }
}
