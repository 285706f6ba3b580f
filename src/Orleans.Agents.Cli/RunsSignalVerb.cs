using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Inputs;
using Orleans.Agents.Cli.Remote;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Cli;

/// <summary><c>agents runs signal</c>: tells a run what one of its states waits for, whoever carries it.</summary>
internal sealed class RunsSignalVerb
{
    private readonly Streams streams;
    private readonly MannerOptions manners = new();
    private readonly Option<string> store = StoreChoice.Option();
    private readonly ServerOptions server = new();
    private readonly Option<string> payload = new("--payload")
    {
        Description = "What is told: JSON, @file, or - for the standard input. Left out, null.",
        HelpName = "json",
    };

    private readonly Option<string> file = new("--payload-file")
    {
        Description = "What is told is in this file.",
        HelpName = "file",
    };

    private readonly Option<string> id = new("--id")
    {
        Description = "Names this signal among all of the run: sent again, it still comes once. Default: a new name.",
        HelpName = "name",
    };

    private readonly Argument<string> run = new("id")
    {
        Description = "The run's name, or a beginning that no other run has. A child run is told by its own name.",
    };

    private readonly Argument<string> name = new("signal")
    {
        Description = "The signal, as the workflow's 'wait' names it.",
    };

    private RunsSignalVerb(Streams streams) => this.streams = streams;

    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var signal = new RunsSignalVerb(streams);
        var verb = new Verb(
            "signal",
            "Sends a run the signal that one of its states waits for: an approval, an answer, a piece of news.",
            "The process that carries the run is told within a second; a run that nobody carries, with its next carrier.",
            new Example("Who waits for what?", "agents runs show run-0198c2"),
            new Example("Approve", "agents runs signal run-0198c2 approval --payload '{\"approved\": true}'"),
            new Example("Try again after a failure without approving twice", "agents runs signal run-0198c2 approval --payload-file yes.json --id mail-4711"))
        {
            signal.run,
            signal.name,
            signal.payload,
            signal.file,
            signal.id,
            signal.store,
        };
        signal.server.AddTo(verb, signal.store);
        signal.manners.AddTo(verb);
        verb.Validators.Add(result =>
        {
            if (result.GetValue(signal.payload) is not null && result.GetValue(signal.file) is not null)
            {
                result.AddError("Give --payload or --payload-file; not both.");
            }
        });
        verb.SetAction((parsed, cancellation) => signal.RunAsync(parsed, cancellation));
        return verb;
    }

    // No epoch is taken for it, and nothing carried: it is done when the signal is stored.
    [SuppressMessage(
        "Reliability", "CA2000:Dispose objects before losing scope", Justification = "The engine owns it.")]
    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var manner = manners.Of(parsed);
        var told = await PayloadOfAsync(parsed, cancellation);
        var typed = parsed.GetValue(run)!;
        var signal = parsed.GetValue(name)!;
        if (server.Of(parsed) is { } at)
        {
            return await new ServerControl(at, streams, manner).SignalAsync(
                typed, signal, told, parsed.GetValue(id), cancellation);
        }

        var there = await RunFinder.OpenStoreAsync(StoreChoice.Of(parsed.GetValue(store)), typed, cancellation);
        await using var engine = ProgramEngine.Looking(there, streams, manner);
        var found = (await RunFinder.FindAsync(there, typed, cancellation)).Id;
        return await engine.SignalAsync(found, signal, told, parsed.GetValue(id), cancellation) switch
        {
            SignalResult.Sent sent => Report(
                streams, manner, new SignalledDocument(found.Value, signal, sent.Id, IsNew: true), $"agents runs resume {found}"),
            SignalResult.SentBefore sent => Report(
                streams, manner, new SignalledDocument(found.Value, signal, sent.Id, IsNew: false), $"agents runs resume {found}"),
            SignalResult.Refused { Failure: var why } => throw new CommandException(
                why.Code is "run.over" or "signal.too_many" ? ExitCode.Refused : ExitCode.Usage,
                why.Code,
                why.Message),
            var other => throw new System.Diagnostics.UnreachableException(other.GetType().Name),
        };
    }

    private async Task<Payload> PayloadOfAsync(ParseResult parsed, CancellationToken cancellation) =>
        parsed.GetValue(payload) is { } json ? await RunInput.ReadAsync(json, payload.Name, cancellation)
        : parsed.GetValue(file) is { } path ? await RunInput.ReadAsync($"@{path}", file.Name, cancellation)
        : Payload.Null;

    /// <summary>Says that a signal is sent.</summary>
    /// <param name="streams">Where it is said.</param>
    /// <param name="manner">How.</param>
    /// <param name="sent">The signal.</param>
    /// <param name="goesOnWith">The command that carries the run; null where a gateway does.</param>
    /// <returns>What the process ends with.</returns>
    public static int Report(Streams streams, Manner manner, SignalledDocument sent, string? goesOnWith)
    {
        if (!manner.IsQuiet && sent.IsNew)
        {
            streams.Tell($"signal {sent.Signal} is sent to run {sent.Run}", Tone.Good);
            if (goesOnWith is not null)
            {
                streams.Tell($"unless a process serves the store, the run goes on with: {goesOnWith}");
            }
        }
        else if (!manner.IsQuiet)
        {
            streams.Tell($"signal {sent.Id} was sent to run {sent.Run} before; that one counts");
        }

        streams.WriteJson(sent, CliJson.Default.SignalledDocument, manner.IsCompact);
        return ExitCode.Done;
    }
}
