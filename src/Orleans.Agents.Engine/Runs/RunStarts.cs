using Orleans.Agents.Journal;
using Orleans.Agents.Replays;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Runs;

/// <summary>Begins runs of published workflows.</summary>
internal sealed class RunStarts(RunTable table, IStore store, WorkflowCatalog catalog, EngineOptions options, TimeProvider time)
{
    /// <summary>Starts a run; it is durable when this returns.</summary>
    /// <exception cref="StoreException">The store cannot be reached; try again with the same key.</exception>
    public async Task<StartResult> StartAsync(StartRequest request, RunId id, CancellationToken cancellation)
    {
        using var span = StartSpan.Begin(request.Workflow, request.Traceparent);
        var workflow = await catalog.FindAsync(request, cancellation);
        if (StartChecks.Objection(workflow, request, options.Sizes) is { } refused)
        {
            return span.Became(refused);
        }

        var command = new RunCommand.Start(
            id,
            request.CorrelationId ?? Guid.CreateVersion7(time.GetUtcNow()),
            request.Input,
            request.Key,
            request.Folder,
            RunVariables.Of(workflow!),
            Traceparent: span.Traceparent,
            Sizes: options.Sizes);
        span.Of(id, command.CorrelationId);
        var started = span.Became(await table.StartAsync(workflow!, id, epoch => command with { Epoch = epoch }));
        if (started is not StartResult.Started { IsNew: false } again)
        {
            return started;
        }

        var first = await RunAppends.ReadPageAsync(store.Journal, again.Run, 0, 1, cancellation);
        return StartChecks.Compare(again, first is [{ Events: [var fact, ..] }, ..] ? fact : null, workflow!, request);
    }
}
