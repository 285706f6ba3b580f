using System.Globalization;
using System.Threading.Channels;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Otlp;

/// <summary>
/// What a process sends to its collector: spans all the time, and more while that is wanted. Where and how it is sent is read
/// from OpenTelemetry's own variables. A collector that does not answer holds nothing up: what it does not take is lost.
/// </summary>
public sealed class OtlpExport : IAsyncDisposable
{
    private readonly Channel<bool> changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Observation observation;
    private readonly OtlpOptions options;
    private readonly ResourceBuilder resource;
    private readonly TracerProvider? spans;
    private readonly Task loop;
    private DebugExport? debug;

    private OtlpExport(Observation observation, OtlpOptions options, OtlpLogs logs)
    {
        (this.observation, this.options, Logs) = (observation, options, logs);
        resource = ResourceBuilder.CreateEmpty()
            .AddService(options.Service, serviceInstanceId: InstanceName())
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector();
        spans = Collector.IsNamedFor(Collector.Spans)
            ? Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(resource)
                .AddSource($"{SpanNames.Source}*")
                .AddProcessor(_ => new ProcessUse())
                .AddOtlpExporter()
                .Build()
            : null;
        Begin();
        observation.Follow(() => changes.Writer.TryWrite(true));
        loop = LoopAsync();
    }

    /// <summary>What is logged there is sent in debug.</summary>
    public OtlpLogs Logs { get; }

    /// <summary>Begins to send.</summary>
    /// <param name="observation">Says how much is sent, at any moment.</param>
    /// <param name="options">What else the program sends.</param>
    /// <param name="logs">What the program logs; null makes a place for it.</param>
    public static OtlpExport Start(Observation observation, OtlpOptions options, OtlpLogs? logs = null) =>
        new(observation, options, logs ?? new OtlpLogs());

    /// <summary>Sends what is left, for at most some seconds, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        changes.Writer.TryComplete();
        await loop;
        await Task.WhenAll(EndAsync(), Task.Run(() => spans?.Dispose()));
    }

    private static string InstanceName() =>
        string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}");

    // One change at a time; of several that come while one is made, only what holds in the end counts.
    private async Task LoopAsync()
    {
        await foreach (var _ in changes.Reader.ReadAllAsync())
        {
            if (observation.Mode is ObservationMode.Debug)
            {
                Begin();
            }
            else
            {
                await EndAsync();
            }
        }
    }

    private void Begin()
    {
        if (debug is null && observation.Mode is ObservationMode.Debug)
        {
            debug = new DebugExport(options, resource);
            Logs.Target = debug.Logs;
        }
    }

    private async Task EndAsync()
    {
        Logs.Target = null;
        if (debug is { } ended)
        {
            debug = null;
            await ended.EndAsync();
        }
    }
}
