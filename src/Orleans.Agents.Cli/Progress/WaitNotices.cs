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
internal sealed class WaitNotices(Streams streams, StoreChoice choice)
{
    private readonly ConcurrentDictionary<(RunId Run, string Signal, DateTimeOffset Since), bool> told = [];

    /// <summary>Tells of waits that began with some facts.</summary>
    public void OnStored(RunId run, RunAppend append)
    {
        if (append.Events is [.., RunEvent.StateEntered { Signal: { } signal }])
        {
            Tell(run, signal, append.At);
        }
    }

    /// <summary>Tells of the waits that a run and its child runs are in already.</summary>
    public async Task TellAsync(AgentsEngine engine, RunId run, CancellationToken cancellation)
    {
        foreach (var wait in await engine.FindWaitsAsync(run, cancellation))
        {
            Tell(wait.Run, wait.Signal, wait.Since);
        }
    }

    private void Tell(RunId run, string signal, DateTimeOffset since)
    {
        if (choice.CommandWith(WaitDocument.CommandOf(run, signal)) is { } command && told.TryAdd((run, signal, since), true))
        {
            streams.Tell($"run {run} waits for signal {signal}: {command}", Tone.Warning);
        }
    }
}
