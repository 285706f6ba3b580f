using System.CommandLine;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Inputs;
using Orleans.Agents.Cli.Remote;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Forks;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli;

/// <summary><c>agents runs fork</c>: begins a run where another one stood.</summary>
internal sealed class RunsForkVerb
{
    // As when a run is started for others to carry: an attempt begun here would be broken off a moment later.
    private static readonly EngineOptions Bystander = new() { CarriesAllRuns = false, Lanes = 0 };

    private readonly Streams streams;
    private readonly MannerOptions manners = new();
    private readonly Option<string> store = StoreChoice.Option();
    private readonly ServerOptions server = new();
    private readonly Argument<string> run = new("id")
    {
        Description = "The run's name, or a beginning that no other run has.",
    };

    private readonly Option<long?> at = Numbers.Option(
        "--at", "The version to cut the run after: that of the last event of an append.", 1, long.MaxValue);

    private readonly Option<string> context = new("--context")
    {
        Description = "Values to change in the context: a JSON object, @file, or -; null takes a name out.",
        HelpName = "json",
    };

    private readonly Option<string> id = new("--id")
    {
        Description = "The name of the new run. Default: a new one.",
        HelpName = "name",
    };

    private RunsForkVerb(Streams streams)
    {
        this.streams = streams;
        at.Required = true;
    }

    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var fork = new RunsForkVerb(streams);
        var verb = new Verb(
            "fork",
            "Begins a new run where another one stood, with the same definition.",
            "What was recorded by then is kept and not done again; the other run stays as it is. 'runs resume' carries the new one.",
            new Example("Where can it be cut?", "agents runs events run-0198c2 | jq -c '.[] | [.version, .at, .type]'"),
            new Example(
                "Go on from before the failure, with a mended plan",
                "agents runs fork run-0198c2 --at 12 --context '{\"plan\": [\"a\"]}' --id mended && agents runs resume mended"))
        {
            fork.run, fork.at, fork.context, fork.id, fork.store,
        };
        fork.server.AddTo(verb, fork.store);
        fork.manners.AddTo(verb);
        verb.SetAction(fork.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var manner = manners.Of(parsed);
        var edit = parsed.GetValue(context);
        var changes = edit is null ? default(Values.Payload?) : await RunInput.ReadAsync(edit, [], cancellation);
        var typed = parsed.GetValue(run)!;
        var cut = parsed.GetValue(at)!.Value;
        if (server.Of(parsed) is { } elsewhere)
        {
            return await new ServerControl(elsewhere, streams, manner).ForkAsync(
                typed, cut, parsed.GetValue(id), changes, cancellation);
        }

        var choice = StoreChoice.Of(parsed.GetValue(store));
        RunId found;
        await using (var there = await RunFinder.OpenStoreAsync(choice, typed, cancellation))
        {
            found = (await RunFinder.FindAsync(there, typed, cancellation)).Id;
        }

        StartResult.Started started;
        var name = parsed.GetValue(id) is { } wanted ? new RunId(wanted) : default(RunId?);
        await using (var telemetry = ProgramTelemetry.Start())
        await using (var engine = await ProgramEngine.StartAsync(
            choice.Open(ProgramEngine.Faults()), Bystander, streams, manner, telemetry, cancellation))
        {
            started = RunVerb.Accepted(await engine.ForkAsync(new ForkRequest(found, cut, name, changes), cancellation));
        }

        return Report(
            streams,
            manner,
            new ForkDocument(started.Run.Value, started.IsNew, new ForkedFromDocument(found.Value, cut, edit is not null)),
            choice.CommandWith($"agents runs resume {started.Run}"));
    }

    /// <summary>Says that a run begins where another one stood.</summary>
    /// <param name="streams">Where it is said.</param>
    /// <param name="manner">How.</param>
    /// <param name="fork">The run.</param>
    /// <param name="goesOnWith">The command that carries it; null where a gateway does.</param>
    /// <returns>What the process ends with.</returns>
    public static int Report(Streams streams, Manner manner, ForkDocument fork, string? goesOnWith)
    {
        if (!manner.IsQuiet)
        {
            var (origin, version) = (fork.ForkedFrom.Run, fork.ForkedFrom.Version);
            streams.Tell(fork.IsNew
                ? $"run {fork.Run} begins where run {origin} stood at version {version}"
                : $"run {fork.Run} was forked before");
            if (goesOnWith is not null)
            {
                streams.Tell($"unless a process serves the store, the run goes on with: {goesOnWith}");
            }
        }

        streams.WriteJson(fork, CliJson.Default.ForkDocument, manner.IsCompact);
        return ExitCode.Done;
    }
}
