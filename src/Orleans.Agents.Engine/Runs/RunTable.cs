using System.Collections.Concurrent;
using System.Collections.Immutable;
using Orleans.Agents.Journal;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>The runs this process carries.</summary>
internal sealed class RunTable(RunServices services, IStore store, WorkflowCatalog catalog)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<RunId, RunHost> hosts = [];
    private readonly ConcurrentDictionary<RunId, TaskCompletionSource> waiters = [];
    private ImmutableList<Action<RunId, RunAppend>> followers = [];

    public Epoch Epoch => services.Epoch;

    public void Follow(Action<RunId, RunAppend> follower) =>
        ImmutableInterlocked.Update(ref followers, (all, one) => all.Add(one), follower);

    /// <summary>Starts a run that does not exist yet; when it does, says so.</summary>
    public async Task<StartResult> StartAsync(Workflow workflow, RunCommand.Start command)
    {
        var host = MakeHost(command.Run, workflow, RunState.Initial, default);
        if (!hosts.TryAdd(command.Run, host))
        {
            return new StartResult.Started(command.Run, IsNew: false);
        }

        switch (await host.TellAsync(command))
        {
            case Told.Answered { Decision: Decision.Accepted }:
                services.Logger.RunStarted(command.Run, workflow.Name);
                return new StartResult.Started(command.Run, IsNew: true);
            case Told.Answered { Decision: Decision.Rejected rejected }:
                Forget(host);
                return new StartResult.Refused(new Failures.Failure(
                    Failures.FailureClass.Permanent, Failures.FailureCode.InputInvalid, rejected.Why));
            case Told.NotHere { Why: HostEnd.Duplicate other }:
                return new StartResult.Started(other.Run, IsNew: false);
            case Told.NotHere { Why: HostEnd.Broken broken }:
                throw new StoreException(
                    (broken.Cause as AgentsException)?.Code ?? "run.broken", broken.Cause.Message, false, broken.Cause);
            case var other:
                throw new StoreException("store.unavailable", $"Run {command.Run} could not be started: {other}.", true);
        }
    }

    /// <summary>Carries a run on, if nobody does and it is not over.</summary>
    /// <returns>Whether this process carries it now.</returns>
    public async Task<bool> OpenAsync(RunId run, CancellationToken cancellation)
    {
        if (hosts.ContainsKey(run))
        {
            return true;
        }

        if (!await store.Journal.ClaimAsync(run, services.Epoch, cancellation)
            || await store.Journal.ReadAsync(run, cancellation) is not { } history)
        {
            return false;
        }

        var (state, tail) = RunReader.Fold(history);
        var workflow = await catalog.PinnedAsync(run, history.Record.Hash, cancellation);
        var host = MakeHost(run, workflow, state, tail);
        if (hosts.TryAdd(run, host))
        {
            services.Logger.RunTakenOver(run, state.Version, services.Epoch);
            await host.TellAsync(new RunCommand.TakeOver(services.Epoch));
        }

        return true;
    }

    /// <summary>Waits until a run is over, whoever carries it; throws what stopped this process from carrying it on.</summary>
    public async Task<RunState> WaitForEndAsync(RunId run, CancellationToken cancellation)
    {
        while (true)
        {
            var ended = waiters.GetOrAdd(
                run, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            if (await FindEndAsync(run, cancellation) is { } state)
            {
                waiters.TryRemove(run, out _);
                return state;
            }

            // The end of a run that another process carries is only seen by looking.
            await await Task.WhenAny(ended.Task, Task.Delay(LookAgain, services.Time, cancellation));
        }
    }

    /// <summary>Stops carrying everything, without a word to the runs.</summary>
    public void Abandon()
    {
        foreach (var host in hosts.Values)
        {
            host.Abandon();
        }
    }

    private async Task<RunState?> FindEndAsync(RunId run, CancellationToken cancellation)
    {
        if (hosts.ContainsKey(run))
        {
            return null;
        }

        var record = await store.Runs.FindAsync(run, cancellation)
            ?? throw new KeyNotFoundException($"There is no run named '{run}'.");
        if (record.Row.Status is not (RunStatus.Succeeded or RunStatus.Failed))
        {
            return null;
        }

        var history = await store.Journal.ReadAsync(run, cancellation);
        return RunReader.Fold(history!).State;
    }

    private RunHost MakeHost(RunId run, Workflow workflow, RunState state, RunTail tail) =>
        new(run, workflow, state, tail, services, OnEnd, OnStored);

    private void OnStored(RunHost host, Decision.Accepted stored)
    {
        foreach (var follower in followers)
        {
            follower(host.Id, new RunAppend(stored.Next.Version, stored.At, services.Epoch, stored.Events));
        }
    }

    private void OnEnd(RunHost host, HostEnd end)
    {
        Forget(host);
        switch (end)
        {
            case HostEnd.Over over:
                services.Logger.RunEnded(host.Id, over.State.Status, over.State.Failure?.Code);
                break;
            case HostEnd.Lost:
                services.Logger.RunLost(host.Id);
                break;
            case HostEnd.Parked:
                services.Logger.RunParked(host.Id);
                break;
        }

        if (!waiters.TryRemove(host.Id, out var waiter))
        {
            return;
        }

        if (end is HostEnd.Broken broken)
        {
            waiter.TrySetException(broken.Cause);
        }
        else
        {
            waiter.TrySetResult();
        }
    }

    private void Forget(RunHost host) => hosts.TryRemove(KeyValuePair.Create(host.Id, host));
}
