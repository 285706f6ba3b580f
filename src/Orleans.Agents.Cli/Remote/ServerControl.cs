using System.Text.Json;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Cli.Remote;

/// <summary>Asks something of a run at a gateway.</summary>
internal sealed class ServerControl(ServerChoice choice, Streams streams, Manner manner)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    /// <summary>Lets a run go on, and sees it to its end.</summary>
    public async Task<int> ResumeAsync(string typed, Interruption interruption)
    {
        using var session = new ServerSession(choice);
        return await new ServerFollowing(session, streams, manner).ToEndAsync(
            async () =>
            {
                var resumed = await session.AskAsync(
                    typed, (client, run) => client.ResumeAsync(run, interruption.Token), interruption.Token);
                return (resumed.Run, IsNew: false);
            },
            interruption);
    }

    /// <summary>Stops a run, and waits until it is over.</summary>
    public async Task<int> CancelAsync(string typed, string? reason, Interruption interruption)
    {
        using var session = new ServerSession(choice);
        var before = await FindAsync(session, typed, interruption.Token);
        try
        {
            await AskUnlessOverAsync(
                () => session.AskAsync(client => client.CancelAsync(before.Run, reason, interruption.Token)));
            var end = await new ServerFollowing(session, streams, manner).EndOfAsync(
                before.Run, before.Sequence, interruption.Token);
            return RunsCancelVerb.Report(streams, manner, end);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            streams.Tell($"interrupted; run {before.Run} may be cancelled all the same", Tone.Warning);
            return ExitCode.Interrupted;
        }
    }

    /// <summary>Suspends a run, and waits until it is.</summary>
    public async Task<int> SuspendAsync(string typed, string? reason, Interruption interruption)
    {
        using var session = new ServerSession(choice);
        var run = (await FindAsync(session, typed, interruption.Token)).Run;
        try
        {
            await AskUnlessOverAsync(
                () => session.AskAsync(client => client.SuspendAsync(run, reason, interruption.Token)));
            var details = await SeeSuspendedAsync(session, run, interruption.Token);
            return RunsSuspendVerb.Report(
                streams, manner, run, AnswerDocuments.SuspensionOf(details), details.Failure?.Code, choice.CommandWith);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            streams.Tell($"interrupted; run {run} may be suspended all the same", Tone.Warning);
            return ExitCode.Interrupted;
        }
    }

    /// <summary>Sends a run a signal.</summary>
    public async Task<int> SignalAsync(
        string typed, string name, Payload told, string? id, CancellationToken cancellation)
    {
        using var session = new ServerSession(choice);
        var signal = new SignalRun(name, ElementOf(told), id);
        var sent = await session.AskAsync(
            typed, (client, run) => client.SignalAsync(run, signal, cancellation), cancellation);
        return RunsSignalVerb.Report(
            streams, manner, new SignalledDocument(sent.Run, sent.Signal, sent.Id, sent.IsNew), goesOnWith: null);
    }

    /// <summary>Decides about a call of a run.</summary>
    public async Task<int> DecideAsync(string typed, string activity, Verdict verdict, CancellationToken cancellation)
    {
        using var session = new ServerSession(choice);
        var decision = new DecideCall(
            activity,
            RunsDecideVerb.NameOf(verdict),
            verdict is Verdict.Accept { Output: var output } ? ElementOf(output) : null,
            (verdict as Verdict.Fail)?.Reason);
        var decided = await session.AskAsync(
            typed, (client, run) => client.DecideAsync(run, decision, cancellation), cancellation);
        return decided.IsNew
            ? RunsDecideVerb.Report(
                streams,
                manner,
                new DecidedDocument(decided.Run, decided.Activity, decided.Attempt, decision.Verdict),
                goesOnWith: null)
            : throw RunsDecideVerb.DecidedBefore(decided.Activity, decided.Attempt);
    }

    /// <summary>Begins a run where another one stood.</summary>
    public async Task<int> ForkAsync(
        string typed, long at, string? id, Payload? changes, CancellationToken cancellation)
    {
        using var session = new ServerSession(choice);
        var fork = new ForkRun(at, id, changes is { } changed ? ElementOf(changed) : null);
        var (origin, forked) = await session.AskAsync(
            typed, async (client, run) => (run, await client.ForkAsync(run, fork, cancellation)), cancellation);
        return RunsForkVerb.Report(
            streams,
            manner,
            new ForkDocument(forked.Run, forked.IsNew, new ForkedFromDocument(origin, at, changes is not null)),
            goesOnWith: null);
    }

    private static Task<RunDetails> FindAsync(ServerSession session, string typed, CancellationToken cancellation) =>
        session.AskAsync(typed, (client, run) => client.GetAsync(run, cancellation), cancellation);

    // How a run that is over ended says whether it is as it was asked to be.
    private static async Task AskUnlessOverAsync(Func<Task<RunAsked>> ask)
    {
        try
        {
            await ask();
        }
        catch (CommandException over) when (over.Code == "run.over")
        {
            // It is looked at all the same.
        }
    }

    private static async Task<RunDetails> SeeSuspendedAsync(
        ServerSession session, string run, CancellationToken cancellation)
    {
        var look = TimeSpan.FromMilliseconds(50);
        while (true)
        {
            var details = await session.AskAsync(client => client.GetAsync(run, cancellation));
            if (details is { Suspended: not null } or { Status: "succeeded" or "failed" })
            {
                return details;
            }

            await Task.Delay(look, cancellation);
            look = look < LookAgain ? look * 2 : LookAgain;
        }
    }

    private static JsonElement? ElementOf(Payload payload) => payload == Payload.Null ? null : Json.ElementOf(payload);
}
