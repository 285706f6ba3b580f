using System.Diagnostics.CodeAnalysis;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Faults;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Cli;

/// <summary>Makes engines with the tools, models and faults of this program.</summary>
internal static class ProgramEngine
{
    /// <summary>Reads the faults that the environment asks for.</summary>
    /// <exception cref="CommandException">It asks for one that does not exist.</exception>
    public static FaultPlan Faults()
    {
        try
        {
            return FaultPlan.FromEnvironment();
        }
        catch (FormatException problem)
        {
            throw CommandException.Usage(problem.Message);
        }
    }

    /// <summary>Makes an engine over a store that only looks: it takes no epoch and carries nothing.</summary>
    public static AgentsEngine Looking(IStore store, Streams streams, Manner manner) => new(
        store,
        new ModelRegistry(),
        new ToolRegistry(),
        new EngineOptions(),
        TimeProvider.System,
        FaultPlan.None,
        new TerminalLogger(streams, manner.Least));

    /// <summary>Makes an engine over a store and starts it; the store is closed with it, or when it does not start.</summary>
    /// <exception cref="StoreException">The store cannot be opened.</exception>
    [SuppressMessage(
        "Reliability", "CA2000:Dispose objects before losing scope", Justification = "Whoever asked for it owns it.")]
    public static async Task<AgentsEngine> StartAsync(
        IStore store,
        EngineOptions options,
        Streams streams,
        Manner manner,
        ProgramTelemetry telemetry,
        CancellationToken cancellation)
    {
        var faults = Faults();
        var engine = new AgentsEngine(
            store,
            new ModelRegistry(),
            new ToolRegistry().AddRange(BuiltInTools.All),
            options,
            faults.Clock,
            faults,
            telemetry.Logger(new TerminalLogger(streams, manner.Least)))
        {
            Observation = telemetry.Observation,
        };
        try
        {
            await engine.StartAsync(cancellation);
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }
}
