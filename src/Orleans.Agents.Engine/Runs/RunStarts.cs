using Orleans.Agents.Journal;
using Orleans.Agents.Replays;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Runs;

/// <summary>Begins runs of published workflows.</summary>
internal sealed class RunStarts(RunTable table, IStore store, WorkflowCatalog catalog, RunServices services)
{
    /// <summary>Starts a run; it is durable when this returns.</summary>
    /// <exception cref="StoreException">The store cannot be reached; try again with the same key.</exception>
    public async Task<StartResult> StartAsync(StartRequest request, RunId id, CancellationToken cancellation)
    {
        if (services.StartsInDoubt.AreTooMany)
        {
            throw Unavailable($"The store does not answer {StartsInDoubt.Most} starts. This one was not sent; try again later.");
        }

        using var span = StartSpan.Begin(request.Workflow, request.Traceparent);
        var workflow = await catalog.FindAsync(request, cancellation);
        if (StartChecks.Objection(workflow, request, services.Options.Sizes) is { } refused)
        {
            return span.Became(refused);
        }

        var command = new RunCommand.Start(
            id,
            request.CorrelationId ?? Guid.CreateVersion7(services.Time.GetUtcNow()),
            request.Input,
            request.Key,
            request.Folder,
            RunVariables.Of(workflow!),
            Traceparent: span.Traceparent,
            Sizes: services.Options.Sizes);
        span.Of(id, command.CorrelationId);
        var starting = table.StartAsync(workflow!, id, epoch => command with { Epoch = epoch });
        var started = span.Became(await WaitAsync(starting, id, cancellation));
        if (started is not StartResult.Started { IsNew: false } again)
        {
            return started;
        }

        var first = await RunAppends.ReadPageAsync(store.Journal, again.Run, 0, 1, cancellation);
        return StartChecks.Compare(again, first is [{ Events: [var fact, ..] }, ..] ? fact : null, workflow!, request);
    }

    // A store that is slow is waited for. One that has failed may be away for hours, and whoever starts a run has better
    // reasons than this process to go on waiting or to give up.
    private async Task<StartResult> WaitAsync(Task<StartResult> starting, RunId id, CancellationToken cancellation)
    {
        while (!starting.IsCompleted)
        {
            try
            {
                return await starting.WaitAsync(services.Options.LongestStartWait, services.Time, cancellation);
            }
            catch (TimeoutException)
            {
                if (!starting.IsCompleted && services.StartsInDoubt.Contains(id))
                {
                    throw Unavailable(
                        $"The store does not answer. Whether run {id} was started is known when it does: ask again, with the same key.");
                }
            }
        }

        return await starting;
    }

    private static StoreException Unavailable(string why) => new("store.unavailable", why, isTransient: true);
}
