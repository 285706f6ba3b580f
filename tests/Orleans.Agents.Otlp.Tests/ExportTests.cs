using System.Globalization;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Agents.Definitions;
using Orleans.Agents.Hosting;
using Orleans.Agents.Runs;
using Orleans.Agents.Telemetry;
using Orleans.Agents.Testing;
using Orleans.Agents.Values;

namespace Orleans.Agents.Otlp.Tests;

/// <summary>What really goes out to a collector, and when. The environment is the process's, so these run one by one.</summary>
public sealed class ExportTests : IDisposable
{
    private const string Workflow = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: count
          states:
            count: { tool: text.count, input: { text: "to be" }, save: { n: "${{ output.words }}" }, next: done }
            done: { end: "${{ context.n }}" }
        """;

    private readonly ManualClock clock = new();

    [Fact]
    public async Task Every_day_spans_go_out_with_what_the_process_used_and_nothing_else()
    {
        await using var collector = await FakeCollector.OpenAsync();
        using (var application = await StartAsync(collector, "http/protobuf"))
        {
            await RunAsync(application);
            await application.StopAsync();
        }

        var run = Assert.Single(collector.Spans, span => span.Name == "invoke_workflow test");
        var tool = Assert.Single(collector.Spans, span => span.Name == "execute_tool text.count");
        Assert.Equal(run.Trace, tool.Trace);
        Assert.Equal("succeeded", tool.Tags[SpanTags.Outcome]);
        Assert.True(double.Parse(tool.Tags[SpanTags.ProcessorTime], CultureInfo.InvariantCulture) >= 0);
        Assert.True(long.Parse(tool.Tags[SpanTags.Memory], CultureInfo.InvariantCulture) > 1_000_000);
        Assert.Equal("under-test", collector.Resource["service.name"]);
        Assert.Empty(collector.Metrics);
        Assert.Empty(collector.Logs);
    }

    [Fact]
    public async Task In_debug_measurements_and_logs_go_out_too()
    {
        await using var collector = await FakeCollector.OpenAsync();
        using (var application = await StartAsync(collector, "http/protobuf", ObservationMode.Debug))
        {
            await RunAsync(application);
            await application.StopAsync();
        }

        Assert.Contains("agents.states.entered", collector.Metrics);
        Assert.Contains("agents.attempt.duration", collector.Metrics);
        Assert.Contains("dotnet.process.cpu.time", collector.Metrics);
        Assert.Contains(collector.Logs, log => log.Contains("of workflow test started", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_mode_is_switched_while_the_process_runs()
    {
        await using var collector = await FakeCollector.OpenAsync();
        using var application = await StartAsync(collector, "http/protobuf");
        var observation = application.Services.GetRequiredService<Observation>();

        await RunAsync(application);
        observation.Choose(ObservationMode.Debug);
        await LoggedAsync(application, collector, 1);
        observation.Choose(ObservationMode.Shipping);
        await collector.UntilAsync(c => c.Metrics.Contains("agents.states.entered"));
        var count = collector.Metrics.Count;
        await RunAsync(application);
        await application.StopAsync();

        Assert.Equal(count, collector.Metrics.Count);
        Assert.Equal(3, collector.Spans.Count(span => span.Name == "run.start test") - ExtraRuns);
    }

    [Fact]
    public async Task After_a_crash_everything_goes_out_until_the_five_minutes_are_over()
    {
        await using var collector = await FakeCollector.OpenAsync();
        using var application = await StartAsync(collector, "http/protobuf");
        application.Services.GetRequiredService<Observation>().FindCrash();
        await LoggedAsync(application, collector, 1);

        clock.Advance(TimeSpan.FromMinutes(5));
        await collector.UntilAsync(c => c.Metrics.Contains("agents.states.entered"));
        await application.StopAsync();
    }

    [Fact]
    public async Task It_goes_out_as_gRPC_where_nothing_else_is_said()
    {
        await using var collector = await FakeCollector.OpenAsync(HttpProtocols.Http2);
        using (var application = await StartAsync(collector, null, ObservationMode.Debug))
        {
            await RunAsync(application);
            await application.StopAsync();
        }

        Assert.Single(collector.Spans, span => span.Name == "invoke_workflow test");
        Assert.Contains("agents.states.entered", collector.Metrics);
        Assert.Contains(collector.Logs, log => log.Contains("of workflow test started", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_usual_variables_name_the_service_and_what_it_is()
    {
        Environment.SetEnvironmentVariable("OTEL_SERVICE_NAME", "mine");
        Environment.SetEnvironmentVariable("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=staging");
        await using var collector = await FakeCollector.OpenAsync();
        using (var application = await StartAsync(collector, "http/protobuf"))
        {
            await RunAsync(application);
            await application.StopAsync();
        }

        Assert.Equal(("mine", "staging"), (collector.Resource["service.name"], collector.Resource["deployment.environment.name"]));
        Assert.NotEmpty(collector.Resource["service.instance.id"]);
    }

    [Fact]
    public async Task Nothing_goes_out_where_it_is_switched_off()
    {
        Environment.SetEnvironmentVariable("OTEL_SDK_DISABLED", "true");
        await using var collector = await FakeCollector.OpenAsync();
        using (var application = await StartAsync(collector, "http/protobuf", ObservationMode.Debug))
        {
            await RunAsync(application);
            await application.StopAsync();
        }

        Assert.False(Collector.IsNamed);
        Assert.Empty(collector.Spans);
    }

    [Fact]
    public async Task A_collector_that_is_not_there_holds_nothing_up()
    {
        await using var gone = await FakeCollector.OpenAsync();
        using var application = await StartAsync(gone, "http/protobuf", ObservationMode.Debug);
        await gone.DisposeAsync();

        await RunAsync(application);
        await application.StopAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_mode_that_makes_no_sense_stops_the_start()
    {
        Environment.SetEnvironmentVariable(ObservationVariables.Mode, "loud");

        var problem = await Assert.ThrowsAsync<FormatException>(() => StartAsync(null, null));

        Assert.Equal("OBS_MODE is 'loud'; expected shipping or debug.", problem.Message);
    }

    public void Dispose()
    {
        foreach (var variable in (string[])
            [
                "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES",
                "OTEL_SDK_DISABLED", "OTEL_BSP_SCHEDULE_DELAY", "OTEL_BLRP_SCHEDULE_DELAY", ObservationVariables.Mode,
            ])
        {
            Environment.SetEnvironmentVariable(variable, null);
        }
    }

    // Debug begins a moment after it is wanted; runs are made until one is logged.
    private int ExtraRuns { get; set; }

    private async Task LoggedAsync(IHost application, FakeCollector collector, int many)
    {
        ExtraRuns--;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        do
        {
            ExtraRuns++;
            await RunAsync(application);
            await Task.Delay(50, patience.Token);
        }
        while (collector.Logs.Count(log => log.Contains("of workflow test started", StringComparison.Ordinal)) < many);
    }

    private async Task<IHost> StartAsync(
        FakeCollector? collector, string? protocol, ObservationMode mode = ObservationMode.Shipping)
    {
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", collector?.Address);
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL", protocol);
        Environment.SetEnvironmentVariable("OTEL_BLRP_SCHEDULE_DELAY", "50");
        if (mode is ObservationMode.Debug)
        {
            Environment.SetEnvironmentVariable(ObservationVariables.Mode, "debug");
        }

        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(new Observation(clock));
        builder.AddAgentsTelemetry(new OtlpOptions("under-test"));
        builder.Services.AddAgents();
        var application = builder.Build();
        await application.StartAsync();
        var engine = application.Services.GetRequiredService<AgentsEngine>();
        var loaded = DefinitionLoader.LoadTexts([new DefinitionText("test.yaml", Workflow)], engine.DefinitionHost, LoadOptions.Lenient);
        await engine.PublishAsync(loaded.Definitions.Values.Single());
        return application;
    }

    private static async Task RunAsync(IHost application)
    {
        var engine = application.Services.GetRequiredService<AgentsEngine>();
        var started = await engine.StartRunAsync(new StartRequest("test", Payload.EmptyObject));
        var state = await engine.WaitForEndAsync(Assert.IsType<StartResult.Started>(started).Run);
        Assert.Equal("2", state.Output.ToString());
    }
}
