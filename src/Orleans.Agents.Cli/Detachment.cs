using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Definitions;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli;

/// <summary>Starts a run that others carry: it is durable when this process ends.</summary>
internal sealed class Detachment(Streams streams, Manner manner, StoreChoice choice)
{
    /// <summary>Starts, prints the run's name, and lets go of it.</summary>
    /// <returns>What the process ends with.</returns>
    public async Task<int> StartAsync(
        Definition definition, StartRequest request, string? limits, CancellationToken cancellation)
    {
        // Whoever serves the store makes the attempts. One begun here would be broken off a moment later, and made again.
        var bystander = new EngineOptions { CarriesAllRuns = false, Lanes = 0 };
        LimitsOption.Apply(bystander, limits);
        StartResult.Started started;
        await using (var telemetry = ProgramTelemetry.Start())
        await using (var engine = await ProgramEngine.StartAsync(
            choice.Open(ProgramEngine.Faults()), bystander, streams, manner, telemetry, cancellation))
        {
            await engine.PublishAsync(definition, cancellation);
            started = RunVerb.Accepted(await engine.StartRunAsync(request, cancellation));
        }

        if (!manner.IsQuiet)
        {
            streams.Tell(started.IsNew
                ? $"run {started.Run} is stored; whoever serves the store carries it: {choice.CommandWith("agents serve")}"
                : $"run {started.Run} was started before");
        }

        streams.WriteJson(
            new DetachedDocument(started.Run.Value, started.IsNew),
            CliJson.Default.DetachedDocument,
            manner.IsCompact);
        return ExitCode.Done;
    }
}
