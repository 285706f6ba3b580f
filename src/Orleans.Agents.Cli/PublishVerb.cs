using System.Collections.Immutable;
using System.CommandLine;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Remote;
using Orleans.Agents.Cli.Terminals;

namespace Orleans.Agents.Cli;

/// <summary><c>agents publish</c>: has a gateway keep definitions, so that runs are started from them by name or by hash.</summary>
internal sealed class PublishVerb
{
    private readonly Streams streams;
    private readonly DefinitionSource definitions = new();
    private readonly Option<bool> json = MannerOptions.JsonOption();
    private readonly ServerOptions server = new();

    private readonly Argument<string[]> paths = new("path")
    {
        Description = "Workflow files and folders; all of them are read together.",
        Arity = ArgumentArity.OneOrMore,
    };

    private PublishVerb(Streams streams) => this.streams = streams;

    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var publish = new PublishVerb(streams);
        var verb = new Verb(
            "publish",
            "Has a gateway run workflows by their names, and prints the hashes they are kept under.",
            "They are checked here, and there again with the tools and models of the gateway. It takes the admin token. What is "
            + "published last under a name counts; a name that the gateway was started with stays as it is, and is told.",
            new Example(
                "Publish, and run it by its name from anywhere",
                "agents publish report.yaml --server http://127.0.0.1:8080 && agents run report --server http://127.0.0.1:8080"),
            new Example(
                "Publish, and run exactly that whenever, whatever is published later",
                "agents publish report.yaml --server http://127.0.0.1:8080 | jq -r '.workflows[0].definition'"))
        {
            publish.paths, publish.json,
        };
        publish.server.AddTo(verb);
        publish.definitions.AddToSending(verb);
        verb.Validators.Add(result => DefinitionSource.RefuseOptionsAmong(result.GetValue(publish.paths), result, verb));
        verb.SetAction((parsed, _) => publish.RunAsync(parsed));
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        using var interruption = new Interruption();
        var manner = Manner.Reading with { IsCompact = parsed.GetValue(json) };
        var there = server.Of(parsed) ?? throw CommandException.Usage(
            $"Definitions are published at a gateway; say which with --server or {ServerOptions.Variable}. A store needs none: it runs files.");
        var loaded = definitions.Load(parsed.GetValue(paths)!, parsed);
        if (!DefinitionSource.Accept(loaded, streams, manner))
        {
            return ExitCode.Usage;
        }

        using var session = new ServerSession(there);
        var names = loaded.Definitions.Keys.Except(loaded.ReferredTo, StringComparer.Ordinal).ToImmutableArray();
        if (await new ServerPublication(session, streams, manner).PublishAsync(
            loaded, names, definitions.IsStrict(parsed), interruption.Token) is not { } kept)
        {
            return ExitCode.Usage;
        }

        streams.WriteJson(
            new PublishedDocument(
            [
                .. kept.Select(line => new PublishedWorkflow(line.Workflow, line.Definition, line.Version, line.ByName)),
            ]),
            CliJson.Default.PublishedDocument,
            manner.IsCompact);
        return ExitCode.Done;
    }
}
