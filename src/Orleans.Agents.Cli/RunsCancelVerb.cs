using System.CommandLine;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Remote;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli;

/// <summary><c>agents runs cancel</c>: stops a run, whoever carries it.</summary>
internal sealed class RunsCancelVerb
{
    private readonly Streams streams;
    private readonly MannerOptions manners = new();
    private readonly Option<string> store = StoreChoice.Option();
    private readonly ServerOptions server = new();
    private readonly Option<string> reason = new("--reason")
    {
        Description = "Why, for people; it stands in the run's failure.",
        HelpName = "text",
    };

    private readonly Argument<string> run = new("id")
    {
        Description = "The run's name, or a beginning that no other run has.",
    };

    private RunsCancelVerb(Streams streams) => this.streams = streams;

    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var cancel = new RunsCancelVerb(streams);
        var verb = new Verb(
            "cancel",
            "Cancels a run: it fails with run.cancelled, wherever it stands.",
            "The process that carries the run is told and obeys within a second; a run that nobody carries is ended here.",
            new Example("Stop a run that is of no use any more", "agents runs cancel run-0198c2 --reason 'wrong input'"))
        {
            cancel.run,
            cancel.reason,
            cancel.store,
        };
        cancel.server.AddTo(verb, cancel.store);
        cancel.manners.AddTo(verb);
        verb.SetAction((parsed, _) => cancel.RunAsync(parsed));
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        using var interruption = new Interruption();
        var manner = manners.Of(parsed);
        if (server.Of(parsed) is { } there)
        {
            return await new ServerControl(there, streams, manner).CancelAsync(
                parsed.GetValue(run)!, parsed.GetValue(reason), interruption);
        }

        var choice = StoreChoice.Of(parsed.GetValue(store));
        var found = await RunFinder.FindNameAsync(choice, parsed.GetValue(run)!, interruption.Token);
        RunState state;
        try
        {
            await using var session = await EngineSession.StartAsync(choice, streams, manner, interruption.Token);
            await session.Engine.CancelAsync(found, parsed.GetValue(reason), cancellation: interruption.Token);
            await session.TakeOnAsync(found, interruption.Token);
            state = await session.SeeToEndAsync(found, interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            streams.Tell($"interrupted; run {found} may be cancelled all the same, when its carrier looks", Tone.Warning);
            return ExitCode.Interrupted;
        }

        return Report(streams, manner, RunEnd.Of(found, state));
    }

    /// <summary>Says that a run is cancelled, or refuses because it ended in another way.</summary>
    /// <returns>What the process ends with.</returns>
    public static int Report(Streams streams, Manner manner, RunEnd end)
    {
        if (end.Failure?.Code != FailureCode.Cancelled)
        {
            var how = end.Failure is { } failure ? $"failed with {failure.Code}" : "succeeded";
            throw new CommandException(
                ExitCode.Refused, "cli.run_over", $"Run {end.Run} was over before it could be cancelled: it {how}.");
        }

        if (!manner.IsQuiet)
        {
            streams.Tell($"run {end.Run} is cancelled", Tone.Good);
        }

        streams.WriteJson(
            new ResumedDocument(end.Run, end.Status, Failure: end.Failure),
            CliJson.Default.ResumedDocument,
            manner.IsCompact);
        return ExitCode.Done;
    }
}
