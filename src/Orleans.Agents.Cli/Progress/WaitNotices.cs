using System.Collections.Concurrent;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Hosting;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli.Progress;

/// <summary>
/// Tells whoever waits for a run at a command that the run waits for a person, and what that person would type. Each wait
/// once.
/// </summary>
/// <param name="streams">Where people are told.</param>
/// <param name="commandWith">A command line with the place of the runs; null when nothing can name it.</param>
internal sealed class WaitNotices(Streams streams, Func<string, string?> commandWith)
{
    private readonly ConcurrentDictionary<(string Run, string Signal, DateTimeOffset Since), bool> told = [];

    /// <summary>Tells of waits that began with some facts.</summary>
    public void OnStored(RunId run, RunAppend append)
    {
        if (append.Events is [.., RunEvent.StateEntered { Signal: { } signal }])
        {
            Tell(run.Value, signal, append.At);
        }
    }

    /// <summary>Tells of the waits that a run and its child runs are in already.</summary>
    public async Task TellAsync(AgentsEngine engine, RunId run, CancellationToken cancellation)
    {
        foreach (var wait in await engine.FindWaitsAsync(run, cancellation))
        {
            Tell(wait.Run.Value, wait.Signal, wait.Since);
        }
    }

    /// <summary>Tells of one wait.</summary>
    public void Tell(string run, string signal, DateTimeOffset since)
    {
        if (commandWith(WaitDocument.CommandOf(run, signal)) is { } command && told.TryAdd((run, signal, since), true))
        {
            streams.Tell($"run {run} waits for signal {signal}: {command}", Tone.Warning);
        }
    }
}
