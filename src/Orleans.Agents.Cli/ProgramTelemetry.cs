using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Hosting;
using Orleans.Agents.Otlp;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Cli;

/// <summary>
/// What this process tells a collector, if its environment names one. Begun before an engine and ended after it; where there is
/// no collector, nothing of it is loaded.
/// </summary>
internal sealed class ProgramTelemetry : IAsyncDisposable
{
    private readonly IDisposable? followed;
    private readonly IAsyncDisposable? export;
    private readonly Func<ILogger<AgentsEngine>, ILogger<AgentsEngine>> logging = static logger => logger;

    private ProgramTelemetry()
    {
        followed = ObservationVariables.Apply(Observation, TimeProvider.System);
        if (Collector.IsNamed)
        {
            Export(Observation, out export, out logging);
        }
    }

    /// <summary>How much is told.</summary>
    public Observation Observation { get; } = new(TimeProvider.System);

    /// <summary>Begins with what the environment says.</summary>
    /// <exception cref="CommandException">It makes no sense.</exception>
    public static ProgramTelemetry Start()
    {
        try
        {
            return new ProgramTelemetry();
        }
        catch (FormatException unclear)
        {
            throw CommandException.Usage(unclear.Message);
        }
    }

    /// <summary>What is told to people, told to the collector as well where it wants that.</summary>
    public ILogger<AgentsEngine> Logger(ILogger<AgentsEngine> people) => logging(people);

    /// <summary>Sends what is left, for at most some seconds, and ends.</summary>
    public ValueTask DisposeAsync()
    {
        followed?.Dispose();
        return export?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    // Apart, and without its types in what calls it, so that nothing of it is loaded where there is no collector.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Export(
        Observation observation,
        out IAsyncDisposable export,
        out Func<ILogger<AgentsEngine>, ILogger<AgentsEngine>> logging)
    {
        var started = OtlpExport.Start(observation, new OtlpOptions("agents"));
        logging = people => new BothLoggers(people, started.Logs.CreateLogger(typeof(AgentsEngine).FullName!));
        export = started;
    }
}
