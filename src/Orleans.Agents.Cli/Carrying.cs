using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli;

/// <summary>Carries one run to its end in this process, however it is begun, and prints what it ended with.</summary>
internal sealed class Carrying(Streams streams, Manner manner, StoreChoice choice)
{
    /// <summary>How large what runs keep may become, as it was typed; null where nobody typed anything.</summary>
    public string? Limits { get; init; }

    /// <summary>Begins, waits, prints.</summary>
    /// <param name="begin">Starts a run or finds one.</param>
    /// <param name="interruption">What ends the wait early; the run can be carried on then.</param>
    /// <returns>What the process ends with.</returns>
    public async Task<int> ToEndAsync(
        Func<EngineSession, CancellationToken, Task<RunId>> begin, Interruption interruption)
    {
        RunId? run = null;
        RunState state;
        try
        {
            await using var session = await EngineSession.StartAsync(choice, streams, manner, interruption.Token, Limits);
            run = await begin(session, interruption.Token);
            await session.TellWaitsAsync(run.Value, interruption.Token);
            state = await session.SeeToEndAsync(run.Value, interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return Interrupted(run);
        }

        return new RunReport(streams, manner).Print(RunEnd.Of(run.Value, state));
    }

    private int Interrupted(RunId? run)
    {
        var message = run switch
        {
            null => "interrupted; nothing was started",
            var begun when choice.CommandWith($"agents runs resume {begun}") is { } command =>
                $"interrupted; the run goes on with: {command}",
            _ => "interrupted; the run was kept in memory and is gone",
        };
        streams.Tell(message, Tone.Warning);
        var failure = FailureDocument.Of(FailureClass.Cancelled, "cli.interrupted", message);
        streams.WriteJson(
            new FailedDocument(failure, run?.Value), CliJson.Default.FailedDocument, manner.IsCompact);
        return ExitCode.Interrupted;
    }
}
