using System.Diagnostics;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Silo.Wire;
using Orleans.Concurrency;
using Orleans.Placement;

namespace Orleans.Agents.Silo.Runs;

/// <summary>
/// A run as the cluster sees it: an address and a lifetime. What is asked of it goes to its silo's engine, and it stays as
/// long as that carries the run; it knows no rules and holds nothing of the run.
/// </summary>
[GrainType("run")]
[Reentrant]
[Immovable]
[PreferLocalPlacement]
internal sealed class RunGrain(AgentsEngine engine, RunAddresses addresses) : Grain, IRunGrain
{
    private Task stay = Task.CompletedTask;

    private RunId Run => new(this.GetPrimaryKeyString());

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        addresses.Add(Run, this);
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        addresses.Remove(Run, this);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<Envelope> AskAsync(Envelope call)
    {
        var reply = await ReplyAsync(call);
        if (stay.IsCompleted)
        {
            stay = StayAsync();
        }

        return Envelope.Of(reply, SiloJson.Default.RunReply);
    }

    private async Task<RunReply> ReplyAsync(Envelope call)
    {
        try
        {
            return await DoAsync(call.Read(SiloJson.Default.RunCall));
        }
        catch (UnknownMessageException unknown)
        {
            return new RunReply.NotUnderstood(unknown.Message);
        }
        catch (HistoryException unclear)
        {
            return new RunReply.Unreadable(unclear.Code, unclear.Message);
        }
        catch (StoreException problem)
        {
            return new RunReply.Unavailable(problem.Code, problem.Message, problem.IsTransient);
        }
        catch (InvalidOperationException leaving) when (!engine.IsCarrying)
        {
            return new RunReply.Unavailable("store.unavailable", leaving.Message, IsTransient: true);
        }
    }

    private async Task<RunReply> DoAsync(RunCall call)
    {
        switch (call)
        {
            case RunCall.Start start:
                return ReplyOf(await engine.StartRunAsync(start.ToRequest(Run)));
            case RunCall.Fork fork:
                return ReplyOf(await engine.ForkAsync(fork.ToRequest(Run)));
            case RunCall.Cancel cancel:
                return RunReply.Noted.From(await engine.CancelAsync(Run, cancel.Reason, cancel.RequestId));
            case RunCall.Suspend suspend:
                return RunReply.Noted.From(await engine.SuspendAsync(Run, suspend.Reason, suspend.RequestId));
            case RunCall.Signal signal:
                return await engine.SignalAsync(Run, signal.Name, signal.Payload, signal.Id) switch
                {
                    SignalResult.Sent sent => new RunReply.Signalled(sent.Id, IsNew: true),
                    SignalResult.SentBefore sent => new RunReply.Signalled(sent.Id, IsNew: false),
                    SignalResult.Refused refused => new RunReply.Refused(refused.Failure),
                    var other => throw new UnreachableException(other.GetType().Name),
                };
            case RunCall.Resume:
                return new RunReply.Resumed(await engine.ResumeAsync(Run));
            case RunCall.Wake:
                await engine.WakeAsync(Run);
                return new RunReply.Done();
            case RunCall.Settle:
                return new RunReply.Done();
            default:
                throw new UnreachableException(call.GetType().Name);
        }
    }

    private static RunReply ReplyOf(StartResult result) => result switch
    {
        StartResult.Started started => new RunReply.Started(started.Run, started.IsNew),
        StartResult.Refused refused => new RunReply.Refused(refused.Failure),
        var other => throw new UnreachableException(other.GetType().Name),
    };

    // What the engine does for a run is no activity of this grain: without this it would be collected in the middle of it.
    private async Task StayAsync()
    {
        DelayDeactivation(Timeout.InfiniteTimeSpan);
        await engine.WhenLetGoAsync(Run);
        DeactivateOnIdle();
    }
}
