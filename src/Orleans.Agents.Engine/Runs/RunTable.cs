using System.Collections.Concurrent;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>The runs this process carries.</summary>
internal sealed class RunTable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<RunId, RunHost> hosts = [];
    private readonly ConcurrentDictionary<RunId, TaskCompletionSource<RunState?>> waiters = [];
    private readonly ConcurrentDictionary<RunId, Exception> broken = [];
    private readonly RunServices services;
    private readonly IStore store;
    private readonly AdriftRuns adrift;
    private readonly IEngineHost process;
    private readonly Stays stays;
    private long current;
    private long made;
    private volatile bool isAbandoned;

    public RunTable(RunServices services, IStore store, AdriftRuns adrift, Epoch epoch, IEngineHost process)
    {
        this.services = services;
        this.store = store;
        this.adrift = adrift;
        this.process = process;
        current = epoch.Value;
        stays = new Stays(Carries);
        Followers = new Followers(services.Logger, new SizeNotices(services));
    }

    /// <summary>The epoch that runs are carried under from now on.</summary>
    public Epoch Epoch => new(Volatile.Read(ref current));

    /// <summary>How many runs this process carries.</summary>
    public int Count => hosts.Count;

    /// <summary>Who is told of what is stored.</summary>
    public Followers Followers { get; }

    /// <summary>Starts a run that does not exist yet, by a command under the epoch it is carried under; when it does, says so.</summary>
    public async Task<StartResult> StartAsync(Workflow workflow, RunId run, Func<Epoch, RunCommand> command)
    {
        var host = MakeHost(run, workflow, RunState.Initial, default, Epoch);
        while (!hosts.TryAdd(run, host))
        {
            if (hosts.TryGetValue(run, out var other))
            {
                // It may be starting too; then it answers once its start is durable or has failed.
                switch (await other.TellAsync(new RunCommand.Wake()))
                {
                    case Told.Answered { Decision: Decision.Rejected }:
                        await Task.Yield(); // it is about to be started, or to be forgotten because its start was refused
                        break;
                    case Told.Answered:
                        return new StartResult.Started(run, IsNew: false);
                    default:
                        Forget(other);
                        break;
                }
            }
        }

        OnCarried(host);
        switch (await host.TellAsync(command(host.Epoch)))
        {
            case Told.Answered { Decision: Decision.Accepted }:
                services.Logger.RunStarted(run, workflow.Name);
                return new StartResult.Started(run, IsNew: true);
            case Told.Answered { Decision: Decision.Rejected rejected }:
                Forget(host);
                return new StartResult.Refused(new Failures.Failure(
                    Failures.FailureClass.Permanent, Failures.FailureCode.InputInvalid, rejected.Why));
            case Told.NotHere { Why: HostEnd.Duplicate other }:
                return new StartResult.Started(other.Run, IsNew: false);
            case Told.NotHere { Why: HostEnd.Broken { Cause: var cause } }:
                broken.TryRemove(run, out _); // whoever starts it is told here; nobody can wait for it yet
                throw new StoreException((cause as AgentsException)?.Code ?? "run.broken", cause.Message, false, cause);
            case var other:
                throw new StoreException("store.unavailable", $"Run {run} could not be started: {other}.", true);
        }
    }

    /// <summary>The number of the host that was made last.</summary>
    public long NewestHost => Volatile.Read(ref made);

    /// <summary>The host of a run, if this process carries it and the host is not newer than another.</summary>
    public RunHost? Find(RunId run, long newest) =>
        hosts.TryGetValue(run, out var host) && host.Number <= newest ? host : null;

    /// <summary>Whether this process carries a run.</summary>
    public bool Carries(RunId run) => hosts.ContainsKey(run);

    /// <summary>Completes when this process does not carry a run, be it at once.</summary>
    public Task WhenLetGoAsync(RunId run) => stays.EndOf(run);

    /// <summary>Takes in a run that this process has claimed; null when it carries one of this name already.</summary>
    public RunHost? TakeIn(RunId run, Workflow workflow, RunState state, RunTail tail, Epoch epoch)
    {
        var host = MakeHost(run, workflow, state, tail, epoch);
        if (!hosts.TryAdd(run, host))
        {
            return null;
        }

        broken.TryRemove(run, out _);
        OnCarried(host);
        return host;
    }

    /// <summary>Goes on under a new epoch. What is carried under an older one is let go.</summary>
    public void Renew(Epoch epoch)
    {
        Volatile.Write(ref current, epoch.Value);
        foreach (var host in hosts.Values.Where(host => host.Epoch != epoch))
        {
            host.LetGo();
        }
    }

    /// <summary>Waits until a run is over, whoever carries it; throws what stopped this process from carrying it on.</summary>
    public async Task<RunState> WaitForEndAsync(RunId run, CancellationToken cancellation)
    {
        while (true)
        {
            var ended = waiters.GetOrAdd(
                run, static _ => new TaskCompletionSource<RunState?>(TaskCreationOptions.RunContinuationsAsynchronously));
            try
            {
                if (await FindEndAsync(run, cancellation) is { } state)
                {
                    return state;
                }

                // The end of a run that another process carries is only seen by looking.
                using var again = services.Time.CreateTimer(LookOnceMore, ended, LookAgain, Timeout.InfiniteTimeSpan);
                using var stop = cancellation.UnsafeRegister(static ended => LookOnceMore(ended), ended);
                if (await ended.Task is { } final)
                {
                    return final;
                }

                cancellation.ThrowIfCancellationRequested();
            }
            finally
            {
                // Left behind, it would stay for ever if the run never ends here; others that wait look again.
                if (waiters.TryRemove(KeyValuePair.Create(run, ended)))
                {
                    ended.TrySetResult(null);
                }
            }
        }
    }

    /// <summary>Stops carrying everything, without a word to the runs.</summary>
    public void Abandon()
    {
        isAbandoned = true;
        foreach (var host in hosts.Values)
        {
            host.Abandon();
        }
    }

    private static void LookOnceMore(object? ended) => ((TaskCompletionSource<RunState?>)ended!).TrySetResult(null);

    // What comes in while the process stops must not be carried: the end of its lanes would be told as failures.
    private void OnCarried(RunHost host)
    {
        if (isAbandoned)
        {
            host.Abandon();
        }
        else
        {
            process.OnCarried(host.Id);
        }
    }

    private async Task<RunState?> FindEndAsync(RunId run, CancellationToken cancellation)
    {
        if (hosts.ContainsKey(run))
        {
            return null;
        }

        var record = await store.Runs.FindAsync(run, cancellation);
        if (record is { Row.IsOver: false })
        {
            return broken.TryGetValue(run, out var cause) ? await Task.FromException<RunState?>(cause) : null;
        }

        var history = record is null ? null : await store.Journal.ReadAsync(run, cancellation);
        return history is null
            ? throw await MissingAsync(run, cancellation)
            : RunReader.Fold(history, await RunBlobs.ReadAsync(store.Journal, [history], cancellation)).State;
    }

    private async Task<Exception> MissingAsync(RunId run, CancellationToken cancellation) =>
        await store.Runs.WasPrunedAsync(run, cancellation)
            ? new HistoryException(
                "history.pruned", $"Run {run} was over and has been pruned: only its name and its start key are still known.")
            : new KeyNotFoundException($"There is no run named '{run}'.");

    private RunHost MakeHost(
        RunId run, Workflow workflow, RunState state, RunTail tail, Epoch epoch, bool isBorn = false) =>
        new(run, workflow, state, tail, epoch, services, OnEnd, OnStored, OnBeside, isBorn)
        {
            Number = Interlocked.Increment(ref made),
        };

    private void OnStored(RunHost host, Decision.Accepted stored) => Followers.Tell(host.Id, host.Epoch, stored);

    // What was begun with an append of this process is carried here, and what was left with it is handed over.
    private void OnBeside(Beside beside)
    {
        foreach (var (run, workflow, start, append) in beside.Born)
        {
            services.Logger.RunStarted(run, workflow.Name);
            Followers.Tell(run, append.Epoch, start);
            if (append.Row is { IsReleased: false, IsOver: false })
            {
                TakeInBorn(run, workflow, start.Next, append);
            }
        }

        // Others find it in the inbox; who is here need not wait for the keeper's next look.
        foreach (var (note, command) in beside.Notes)
        {
            if (hosts.TryGetValue(note.Run, out var host))
            {
                host.Deliver([new LeftCommand(note.Id, command)]);
            }
        }
    }

    private void TakeInBorn(RunId run, Workflow workflow, RunState state, Append append)
    {
        var tail = new RunTail(append.Events.Length, 0);
        var host = MakeHost(run, workflow, state, tail, append.Epoch, isBorn: true);
        if (!hosts.TryAdd(run, host))
        {
            adrift.Add(run);
            return;
        }

        OnCarried(host);
        host.Post(new RunCommand.Wake());
    }

    private void OnEnd(RunHost host, HostEnd end)
    {
        if (end is HostEnd.Broken { Cause: var cause })
        {
            broken[host.Id] = cause;
        }

        Forget(host);
        switch (end)
        {
            case HostEnd.Over over:
                services.Logger.RunEnded(host.Id, over.State.Status, over.State.Failure?.Code);
                break;
            case HostEnd.Lost:
                adrift.Add(host.Id);
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

        if (end is HostEnd.Broken stopped)
        {
            waiter.TrySetException(stopped.Cause);
        }
        else
        {
            waiter.TrySetResult((end as HostEnd.Over)?.State);
        }
    }

    private void Forget(RunHost host)
    {
        if (hosts.TryRemove(KeyValuePair.Create(host.Id, host)))
        {
            stays.End(host.Id);
        }
    }
}
