using System.CommandLine;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Definitions;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli;

/// <summary><c>agents serve</c>: carries every run of a store that waits for a carrier, until it is stopped.</summary>
internal sealed class ServeVerb
{
    private const int MostLanes = 10_000;

    private readonly Streams streams;
    private readonly DefinitionSource definitions = new();
    private readonly MannerOptions manners = new("Tell of each run that is taken over or ends, and what the engine logs.");
    private readonly Option<string> store = StoreChoice.Option();
    private readonly Option<long?> lanes = Numbers.Option(
        "--lanes", "At most this many activities under way at once, 1 to 10000. Default: 64.", 1, MostLanes);

    private readonly Option<TimeSpan?> retainFor = DurationOption.Named(
        "--retain-for",
        "Prune runs that ended longer ago than this, such as 30d, unless --retain-newest keeps them. Default: never.");

    private readonly Option<long?> retainNewest = Numbers.Option(
        "--retain-newest",
        "Prune all but this many of the newest that are over, unless --retain-for keeps them. Default: keep all.",
        0,
        int.MaxValue);

    private readonly Option<string> listen = new("--listen")
    {
        Description = "Answer over HTTP at this address, such as http://127.0.0.1:8080. Default: AGENTS_LISTEN, else nowhere.",
        HelpName = "url",
    };

    private readonly Option<string> limits = LimitsOption.Create();

    private readonly Argument<string[]> paths = new("path")
    {
        Description = "Workflow files and folders to check, and to keep in the store before anything is carried.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private ServeVerb(Streams streams) => this.streams = streams;

    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var serve = new ServeVerb(streams);
        var verb = new Verb(
            "serve",
            "Carries the runs of a store until it is stopped.",
            "Several may serve one store, each run has one carrier; the runs of one that dies are taken over. It carries "
            + "runs, and with --listen answers over HTTP.",
            new Example("Carry what waits, until Ctrl-C or SIGTERM", "agents serve --store runs.db"),
            new Example(
                "Start runs elsewhere, and leave them to whoever serves",
                "agents run report.yaml --store runs.db --detach"),
            new Example(
                "Let others start and follow runs over HTTP", "agents serve report.yaml --listen http://127.0.0.1:8080"),
            new Example("Forget runs a month after they ended", "agents serve --store runs.db --retain-for 30d"))
        {
            serve.paths,
            serve.store,
            serve.listen,
            serve.lanes,
            serve.retainFor,
            serve.retainNewest,
            serve.limits,
        };
        serve.definitions.AddTo(verb);
        serve.manners.AddTalkTo(verb);
        verb.Validators.Add(result => DefinitionSource.RefuseOptionsAmong(result.GetValue(serve.paths), result, verb));
        verb.SetAction((parsed, _) => serve.RunAsync(parsed));
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        using var interruption = new Interruption();
        var manner = manners.Of(parsed);
        var published = new List<Definition>();
        if (parsed.GetValue(paths) is { Length: > 0 } named)
        {
            var loaded = definitions.Load(named, parsed);
            if (!DefinitionSource.Accept(loaded, streams, manner))
            {
                return ExitCode.Usage;
            }

            published.AddRange(loaded.Definitions.Values);
        }

        var options = new EngineOptions
        {
            RetainFor = parsed.GetValue(retainFor),
            RetainNewest = (int?)parsed.GetValue(retainNewest),
        };
        options.Lanes = (int)(parsed.GetValue(lanes) ?? options.Lanes);
        LimitsOption.Apply(options, parsed.GetValue(limits));
        var address = AddressOf(parsed.GetValue(listen) ?? Environment.GetEnvironmentVariable("AGENTS_LISTEN"));
        await ServeAsync(
            StoreChoice.Of(parsed.GetValue(store)), options, new Offer(published, address), manner, interruption.Token);
        return ExitCode.Done;
    }

    private async Task ServeAsync(
        StoreChoice choice,
        EngineOptions options,
        Offer offer,
        Manner manner,
        CancellationToken stop)
    {
        await using var telemetry = ProgramTelemetry.Start();
        var opened = choice.Open(ProgramEngine.Faults());
        await using var engine = await ProgramEngine.StartAsync(opened, options, streams, manner, telemetry, stop);
        foreach (var definition in offer.Published)
        {
            await engine.PublishAsync(definition, stop);
            Say(manner, $"keeps workflow {definition.Workflow.Name} as {definition.Workflow.Hash}");
        }

        Say(manner, $"serving {choice.Name} under epoch {engine.Epoch}; Ctrl-C or SIGTERM stops");
        await using (offer.Address is { } address ? await ListenAsync(engine, address, manner, stop) : null)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Say(manner, "stopping: work under way is cancelled, its runs are let go; a second signal ends at once");
        }

        try
        {
            await engine.DisposeAsync();
            Say(manner, "stopped; the runs are free for whoever serves next");
        }
        catch (StoreException)
        {
            streams.Tell("stopped, but the store could not be told; others find the runs free a little later", Tone.Warning);
            throw;
        }
    }

    // Apart, so that nothing of it is loaded by those who only carry runs.
    private Task<IAsyncDisposable> ListenAsync(AgentsEngine engine, Uri address, Manner manner, CancellationToken stop) =>
        Listening.StartAsync(engine, address, streams, manner, stop);

    private static Uri? AddressOf(string? typed) => typed is null or "" ? null
        : Uri.TryCreate(typed, UriKind.Absolute, out var address) && address is { Scheme: "http", PathAndQuery: "/" }
            ? address
            : throw CommandException.Usage(
                $"'{typed}' cannot be listened at; expected an address such as http://127.0.0.1:8080. TLS is a balancer's.");

    private void Say(Manner manner, string line)
    {
        if (!manner.IsQuiet)
        {
            streams.Tell(line);
        }
    }

    /// <summary>What others can make use of.</summary>
    private sealed record Offer(IReadOnlyList<Definition> Published, Uri? Address);
}
