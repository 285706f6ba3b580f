using System.Text.Json;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Progress;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Cli.Remote;

/// <summary>Follows a run at a gateway to its end, telling what it does, and prints what it ended with.</summary>
internal sealed class ServerFollowing(ServerSession session, Streams streams, Manner manner)
{
    private readonly WaitNotices notices = new(streams, session.Choice.CommandWith);
    private readonly RunProgress progress = new(streams);
    private readonly HashSet<string> undecided = [];

    private bool IsTold => manner.IsVerbose || (streams.IsErrorTerminal && !manner.IsQuiet);

    /// <summary>Begins, follows, prints.</summary>
    /// <param name="begin">Starts a run or finds one, and says whether all of it is news.</param>
    /// <param name="interruption">What ends the following early; the run goes on then.</param>
    /// <returns>What the process ends with.</returns>
    public async Task<int> ToEndAsync(Func<Task<(string Run, bool IsNew)>> begin, Interruption interruption)
    {
        string? run = null;
        try
        {
            (run, var isNew) = await begin();
            var seen = isNew ? 0 : await LookAsync(run, interruption.Token);
            return new RunReport(streams, manner).Print(await EndOfAsync(run, seen, interruption.Token));
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return Interrupted(run);
        }
    }

    /// <summary>Waits until a run is over.</summary>
    /// <param name="run">The run.</param>
    /// <param name="seen">The last event that is not told of.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<RunEnd> EndOfAsync(string run, long seen, CancellationToken cancellation)
    {
        RunDetails? ended = null;
        while (ended is null)
        {
            await session.FollowAsync(
                run,
                seen,
                fact =>
                {
                    seen = fact.Sequence;
                    return OnHappenedAsync(run, fact, cancellation);
                },
                TellAway,
                cancellation);
            try
            {
                ended = await session.AskAsync(client => client.GetAsync(run, cancellation));
            }
            catch (CommandException away) when (away.Kind is FailureClass.Transient)
            {
                // It is over, and the gateway went away before it could say how: the following waits for it.
            }
        }

        return AnswerDocuments.EndOf(ended);
    }

    // Of a run that was there before only what comes is news, and what it waits for.
    private async Task<long> LookAsync(string run, CancellationToken cancellation)
    {
        var details = await session.AskAsync(client => client.GetAsync(run, cancellation));
        if (!manner.IsQuiet)
        {
            foreach (var wait in details.WaitsFor ?? [])
            {
                notices.Tell(wait.Run, wait.Signal, wait.Since);
            }

            TellUndecided(details);
        }

        return details.Sequence;
    }

    private async Task OnHappenedAsync(string run, RunFact fact, CancellationToken cancellation)
    {
        if (manner.IsQuiet || EventOf(fact) is not { } happened)
        {
            return;
        }

        var append = new RunAppend(fact.Sequence, fact.At, new Epoch(fact.Epoch), [happened]);
        if (IsTold)
        {
            progress.OnStored(new RunId(run), append);
        }

        notices.OnStored(new RunId(run), append);
        if (happened is RunEvent.ActivityUnknown or RunEvent.ActivityReconciled)
        {
            TellUndecided(await session.AskAsync(client => client.GetAsync(run, cancellation)));
        }
    }

    // A newer gateway may tell of things this program does not know; they are passed over.
    private static RunEvent? EventOf(RunFact fact)
    {
        try
        {
            return fact.Fact.Deserialize(RunJson.Default.RunEvent);
        }
        catch (Exception unknown) when (unknown is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    private void TellUndecided(RunDetails details)
    {
        foreach (var call in details.Undecided ?? [])
        {
            if (undecided.Add(call.Activity))
            {
                foreach (var command in UndecidedDocument.CommandsOf(details.Run, call.Activity))
                {
                    streams.Tell($"run {details.Run} waits for a decision: {session.Choice.CommandWith(command)}", Tone.Warning);
                }
            }
        }
    }

    private void TellAway(bool isAway)
    {
        if (!manner.IsQuiet)
        {
            var (what, tone) = isAway
                ? ("does not answer; waiting for it, and Ctrl-C ends the wait", Tone.Warning)
                : ("answers again", Tone.Plain);
            streams.Tell($"{session.Choice.Name} {what}", tone);
        }
    }

    private int Interrupted(string? run)
    {
        var message = run is null
            ? "interrupted before the gateway answered; what was asked may be done all the same"
            : $"interrupted; the run goes on at the gateway, and is followed with: {session.Choice.CommandWith($"agents runs resume {run}")}";
        streams.Tell(message, Tone.Warning);
        streams.WriteJson(
            new FailedDocument(FailureDocument.Of(FailureClass.Cancelled, "cli.interrupted", message), run),
            CliJson.Default.FailedDocument,
            manner.IsCompact);
        return ExitCode.Interrupted;
    }
}
