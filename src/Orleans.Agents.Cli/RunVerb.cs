using System.CommandLine;
using System.CommandLine.Parsing;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Inputs;
using Orleans.Agents.Cli.Remote;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Definitions;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Cli;

/// <summary><c>agents run</c>: starts a run, or follows the one that has its key, and prints its output.</summary>
internal sealed class RunVerb
{
    private readonly Streams streams;
    private readonly DefinitionSource definitions = new();
    private readonly MannerOptions manners = new();

    private readonly Argument<string> path = new("path")
    {
        Description = "A workflow file, or a folder whose *.yaml, *.yml and *.json files are read together. With --server "
            + "also the name of a workflow that the gateway has or that was published.",
    };

    private readonly Option<string> input = new("--input", "-i")
    {
        Description = "The input as JSON, as @file, or - for the standard input. Default: {}.",
        HelpName = "json",
    };

    private readonly Option<string[]> set = new("--set", "-s")
    {
        Description = "Set a name of the input, over --input; dots nest. JSON stays JSON, else text. Repeatable.",
        HelpName = "name=value",
    };

    private readonly Option<string> workflow = new("--workflow", "-w")
    {
        Description = "Which workflow to run, where the path holds several.",
        HelpName = "name",
    };

    private readonly Option<string> key = new("--key")
    {
        Description = "An idempotency key: the same key is the same run for ever, which is then followed, not started.",
        HelpName = "text",
    };

    private readonly Option<string> id = new("--id")
    {
        Description = "The name of the new run; one that exists is followed. Default: a new one.",
        HelpName = "name",
    };

    private readonly Option<string> definitionHash = new("--definition")
    {
        Description = "With --server and a name: the hash of the definition to run, as 'agents publish' printed it.",
        HelpName = "hash",
    };

    private readonly Option<string> store = StoreChoice.Option();

    private readonly ServerOptions server = new();

    private readonly Option<bool> memory = new("--memory")
    {
        Description = "Keep the run in memory: nothing is written, nothing can be carried on.",
    };

    private readonly Option<bool> detach = new("--detach", "-d")
    {
        Description = "Start the run, print its name and end: whoever serves the store carries it.",
    };

    private readonly Option<string> limits = LimitsOption.Create();

    private RunVerb(Streams streams) => this.streams = streams;

    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var run = new RunVerb(streams);
        var verb = new Verb(
            "run",
            "Runs a workflow to its end and prints its output.",
            "Each result is durable before the next state is entered; after a crash 'agents runs resume' goes on.",
            new Example("Give the input name by name", "agents run report.yaml --set path=src --set limits.files=10"),
            new Example(
                "Take the input from a file or a pipe",
                "jq '{path: .dir}' job.json | agents run report.yaml --input -"),
            new Example(
                "Start a nightly run once, however often this is called",
                "agents run report.yaml --key nightly-2026-01-31"),
            new Example("Run it elsewhere", "agents run report.yaml --set path=src --server http://127.0.0.1:8080"),
            new Example("Leave the run to 'agents serve'", "agents run report.yaml --detach | jq -r .run"),
            new Example("Use the output in a script", "agents run report.yaml --quiet | jq -r .title"))
        {
            run.path,
            run.input,
            run.set,
            run.workflow,
            run.key,
            run.id,
            run.definitionHash,
            run.store,
            run.memory,
            run.detach,
            run.limits,
        };
        run.server.AddTo(verb, run.store, run.memory, run.limits);
        run.definitions.AddTo(verb);
        run.manners.AddTo(verb);
        verb.Validators.Add(run.RefuseContradictions);
        verb.SetAction((parsed, _) => run.RunAsync(parsed));
        return verb;
    }

    /// <summary>What a start came to, if it was not refused.</summary>
    /// <exception cref="CommandException">It was.</exception>
    public static StartResult.Started Accepted(StartResult result) => result switch
    {
        StartResult.Started started => started,
        StartResult.Refused { Failure: var why } => throw new CommandException(
            why.Code == "run.key_conflict" ? ExitCode.Refused : ExitCode.Usage, why.Code, why.Message),
        _ => throw new System.Diagnostics.UnreachableException(result.GetType().Name),
    };

    private async Task<int> RunAsync(ParseResult parsed)
    {
        using var interruption = new Interruption();
        var manner = manners.Of(parsed);
        if (server.Of(parsed) is { } there)
        {
            return await RunAtAsync(there, parsed, manner, interruption);
        }

        if (parsed.GetValue(definitionHash) is not null)
        {
            throw CommandException.Usage($"{definitionHash.Name} names a definition that a gateway keeps; say which with --server.");
        }

        var loaded = definitions.Load([parsed.GetValue(path)!], parsed);
        if (!DefinitionSource.Accept(loaded, streams, manner))
        {
            return ExitCode.Usage;
        }

        var definition = Choose(loaded, parsed.GetValue(path)!, parsed.GetValue(workflow));
        var payload = await RunInput.ReadAsync(parsed.GetValue(input), parsed.GetValue(set) ?? [], interruption.Token);
        var request = RequestOf(definition, payload, parsed);
        var choice = parsed.GetValue(memory) ? new StoreChoice.Memory() : StoreChoice.Of(parsed.GetValue(store));
        if (parsed.GetValue(detach))
        {
            return await new Detachment(streams, manner, choice).StartAsync(
                definition, request, parsed.GetValue(limits), interruption.Token);
        }

        return await new Carrying(streams, manner, choice) { Limits = parsed.GetValue(limits) }.ToEndAsync(
            (session, cancellation) => StartAsync(session, definition, request, manner, cancellation), interruption);
    }

    private async Task<int> RunAtAsync(
        ServerChoice there, ParseResult parsed, Manner manner, Interruption interruption)
    {
        var named = parsed.GetValue(path)!;
        using var session = new ServerSession(there);
        var isPath = Path.GetExtension(named) is ".yaml" or ".yml" or ".json" || named.Contains('/', StringComparison.Ordinal);
        var payload = await RunInput.ReadAsync(parsed.GetValue(input), parsed.GetValue(set) ?? [], interruption.Token);
        if ((isPath ? await PublishedAsync(session, named, parsed, manner, interruption.Token) : Named(named, parsed)) is not { } what)
        {
            return ExitCode.Usage;
        }

        return await new ServerStart(there, streams, manner).RunAsync(
            session, what, payload, (KeyOf(parsed), parsed.GetValue(id)), parsed.GetValue(detach), interruption);
    }

    private (string Name, string? Definition) Named(string named, ParseResult parsed)
    {
        if ((definitions.GivenOf(parsed) ?? (parsed.GetValue(workflow) is null ? null : workflow.Name)) is { } idle)
        {
            throw CommandException.Usage(
                $"{idle} is about definitions in files, and '{named}' is one that the gateway has. A folder is written './{named}'.");
        }

        return (named, parsed.GetValue(definitionHash));
    }

    // Null when there are mistakes, here or there; they have been told.
    private async Task<(string Name, string? Definition)?> PublishedAsync(
        ServerSession session, string named, ParseResult parsed, Manner manner, CancellationToken cancellation)
    {
        if (parsed.GetValue(definitionHash) is not null)
        {
            throw CommandException.Usage($"{definitionHash.Name} names a definition that the gateway keeps, and '{named}' is a path.");
        }

        definitions.RefuseAnswers(parsed);
        var loaded = definitions.Load([named], parsed);
        if (!DefinitionSource.Accept(loaded, streams, manner))
        {
            return null;
        }

        var name = Choose(loaded, named, parsed.GetValue(workflow)).Workflow.Name;
        var kept = await new ServerPublication(session, streams, manner).PublishAsync(
            loaded, names: [], definitions.IsStrict(parsed), cancellation);
        return kept is { } lines ? (name, lines.Single(line => line.Workflow == name).Definition) : null;
    }

    private string? KeyOf(ParseResult parsed) => parsed.GetValue(key) is { } given
        ? given.Length > 0 ? given : throw CommandException.Usage("--key is empty; leave it out, or give a text that names this work.")
        : null;

    private StartRequest RequestOf(Definition definition, Payload payload, ParseResult parsed) => new(
        definition.Workflow.Name,
        payload,
        KeyOf(parsed),
        parsed.GetValue(id) is { } name ? new RunId(name) : null,
        Environment.CurrentDirectory);

    private async Task<RunId> StartAsync(
        EngineSession session,
        Definition definition,
        StartRequest request,
        Manner manner,
        CancellationToken cancellation)
    {
        await session.Engine.PublishAsync(definition, cancellation);
        var started = Accepted(await session.Engine.StartRunAsync(request, cancellation));
        if (!started.IsNew)
        {
            if (!manner.IsQuiet)
            {
                streams.Tell($"run {started.Run} was started before; following it");
            }

            await session.TakeOnAsync(started.Run, cancellation);
        }

        return started.Run;
    }

    private void RefuseContradictions(CommandResult result)
    {
        if (result.GetValue(memory) && result.GetValue(store) is not null)
        {
            result.AddError("--memory and --store contradict each other; give one of them.");
        }

        if (result.GetValue(memory) && result.GetValue(detach))
        {
            result.AddError("--memory and --detach contradict each other: the run would be gone with this process.");
        }
    }

    private static Definition Choose(LoadResult loaded, string path, string? name)
    {
        // Those that other files hold are there because the ones in the path run them.
        var here = loaded.Definitions.Where(d => !loaded.ReferredTo.Contains(d.Key)).ToArray();
        var names = string.Join(", ", here.Select(d => d.Key));
        return (name, here.Length) switch
        {
            (_, 0) => throw CommandException.Usage($"There is no workflow in {path}."),
            (null, 1) => here[0].Value,
            (null, _) => throw CommandException.Usage(
                $"{path} holds several workflows: {names}. Say which to run with --workflow."),
            _ when loaded.Definitions.TryGetValue(name, out var found) => found,
            _ => throw CommandException.Usage(
                $"There is no workflow '{name}' in {path}.{Nearest.Question(name, loaded.Definitions.Keys)} "
                + $"It holds: {names}."),
        };
    }
}
