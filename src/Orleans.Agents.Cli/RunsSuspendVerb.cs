using System.CommandLine;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Remote;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli;

/// <summary><c>agents runs suspend</c>: has a run begin nothing until it is resumed, whoever carries it.</summary>
internal sealed class RunsSuspendVerb
{
    private readonly Streams streams;
    private readonly MannerOptions manners = new();
    private readonly Option<string> store = StoreChoice.Option();
    private readonly ServerOptions server = new();
    private readonly Option<string> reason = new("--reason")
    {
        Description = "Why, for people; it is shown with the run.",
        HelpName = "text",
    };

    private readonly Argument<string> run = new("id")
    {
        Description = "The run's name, or a beginning that no other run has.",
    };

    private RunsSuspendVerb(Streams streams) => this.streams = streams;

    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var suspend = new RunsSuspendVerb(streams);
        var verb = new Verb(
            "suspend",
            "Suspends a run: what is under way is done to its end, and nothing begins until it is resumed.",
            "Signals are kept, and moments that pass come when the run is resumed. The child runs that it waits for are suspended "
            + "with it. The process that carries the run is told and obeys within a second; of a run that nobody carries nothing begins.",
            new Example("Stand still while the service is down", "agents runs suspend run-0198c2 --reason 'prices are wrong'"),
            new Example("And go on", "agents runs resume run-0198c2"))
        {
            suspend.run,
            suspend.reason,
            suspend.store,
        };
        suspend.server.AddTo(verb, suspend.store);
        suspend.manners.AddTo(verb);
        verb.SetAction((parsed, _) => suspend.RunAsync(parsed));
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        using var interruption = new Interruption();
        var manner = manners.Of(parsed);
        if (server.Of(parsed) is { } there)
        {
            return await new ServerControl(there, streams, manner).SuspendAsync(
                parsed.GetValue(run)!, parsed.GetValue(reason), interruption);
        }

        var choice = StoreChoice.Of(parsed.GetValue(store));
        var found = await RunFinder.FindNameAsync(choice, parsed.GetValue(run)!, interruption.Token);
        RunState state;
        try
        {
            await using var session = await EngineSession.StartAsync(choice, streams, manner, interruption.Token);
            await session.Engine.SuspendAsync(found, parsed.GetValue(reason), cancellation: interruption.Token);
            state = await session.SeeSuspendedAsync(found, interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            streams.Tell($"interrupted; run {found} may be suspended all the same, when its carrier looks", Tone.Warning);
            return ExitCode.Interrupted;
        }

        return Report(
            streams, manner, found.Value, SuspensionDocument.Of(state), state.Failure?.Code, choice.CommandWith);
    }

    /// <summary>Says that a run is suspended, or refuses because it is over.</summary>
    /// <param name="streams">Where it is said.</param>
    /// <param name="manner">How.</param>
    /// <param name="id">The run.</param>
    /// <param name="suspended">Since when it is suspended; null when it is over.</param>
    /// <param name="failureCode">Why it failed, when it did.</param>
    /// <param name="commandWith">A command line with the place of the run; null when nothing can name it.</param>
    /// <returns>What the process ends with.</returns>
    public static int Report(
        Streams streams,
        Manner manner,
        string id,
        SuspensionDocument? suspended,
        string? failureCode,
        Func<string, string?> commandWith)
    {
        if (suspended is null)
        {
            var how = failureCode is null ? "succeeded" : $"failed with {failureCode}";
            throw new CommandException(
                ExitCode.Refused, "cli.run_over", $"Run {id} was over before it could be suspended: it {how}.");
        }

        if (!manner.IsQuiet)
        {
            var resume = commandWith(suspended.Resume) is { } command ? $"; it goes on with: {command}" : "";
            streams.Tell($"run {id} is suspended{resume}", Tone.Good);
        }

        streams.WriteJson(
            new SuspendedDocument(id, StatusName.Of(RunStatus.Suspended), suspended),
            CliJson.Default.SuspendedDocument,
            manner.IsCompact);
        return ExitCode.Done;
    }
}
