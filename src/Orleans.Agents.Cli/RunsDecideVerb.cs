using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics.CodeAnalysis;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Inputs;
using Orleans.Agents.Cli.Remote;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli;

/// <summary><c>agents runs decide</c>: says how a call went of which nobody knows, whoever carries the run.</summary>
internal sealed class RunsDecideVerb
{
    private readonly Streams streams;
    private readonly MannerOptions manners = new();
    private readonly Option<string> store = StoreChoice.Option();
    private readonly ServerOptions server = new();
    private readonly Option<bool> retry = new("--retry")
    {
        Description = "Make the call again: it did not happen, or may happen twice.",
    };

    private readonly Option<string> accept = new("--accept")
    {
        Description = "It happened, and this is its output: JSON, @file, or - for the standard input.",
        HelpName = "json",
    };

    private readonly Option<string> fail = new("--fail")
    {
        Description = "It failed, and this is why; the state's catch sees activity.unknown_outcome.",
        HelpName = "text",
    };

    private readonly Argument<string> run = new("id")
    {
        Description = "The run's name, or a beginning that no other run has.",
    };

    private readonly Argument<string> activity = new("activity")
    {
        Description = "The activity that 'agents runs show' calls undecided: run/visit/branch, or visit/branch.",
    };

    private RunsDecideVerb(Streams streams) => this.streams = streams;

    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var decide = new RunsDecideVerb(streams);
        var verb = new Verb(
            "decide",
            "Decides about a call that must not be made twice and of which nobody knows whether it happened.",
            "The process that carries the run obeys within a second; a run that nobody carries, with its next carrier.",
            new Example("What is there to decide?", "agents runs show run-0198c2"),
            new Example("The payment went through", "agents runs decide run-0198c2 4/0 --accept '{\"paid\": true}'"),
            new Example("It did not: try again, and go on", "agents runs decide run-0198c2 4/0 --retry && agents runs resume run-0198c2"))
        {
            decide.run,
            decide.activity,
            decide.retry,
            decide.accept,
            decide.fail,
            decide.store,
        };
        decide.server.AddTo(verb, decide.store);
        decide.manners.AddTo(verb);
        verb.Validators.Add(decide.RefuseContradictions);
        verb.SetAction((parsed, cancellation) => decide.RunAsync(parsed, cancellation));
        return verb;
    }

    // No epoch is taken for it, and nothing carried: deciding is done when the decision is stored.
    [SuppressMessage(
        "Reliability", "CA2000:Dispose objects before losing scope", Justification = "The engine owns it.")]
    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var manner = manners.Of(parsed);
        var verdict = await VerdictOfAsync(parsed, cancellation);
        var typed = parsed.GetValue(run)!;
        if (server.Of(parsed) is { } at)
        {
            return await new ServerControl(at, streams, manner).DecideAsync(
                typed, parsed.GetValue(activity)!, verdict, cancellation);
        }

        var there = await RunFinder.OpenStoreAsync(StoreChoice.Of(parsed.GetValue(store)), typed, cancellation);
        await using var engine = ProgramEngine.Looking(there, streams, manner);
        var found = await RunFinder.FindAsync(there, typed, cancellation);
        var decided = ActivityOf(found.Id, parsed.GetValue(activity)!);
        return await engine.DecideAsync(decided, verdict, cancellation) switch
        {
            DecideResult.Decided it => Report(
                streams,
                manner,
                new DecidedDocument(decided.Run.Value, decided.ToString(), it.Attempt, NameOf(verdict)),
                $"agents runs resume {decided.Run}"),
            DecideResult.DecidedBefore it => throw DecidedBefore(decided.ToString(), it.Attempt),
            DecideResult.Refused { Failure: var why } => throw new CommandException(
                why.Code is "run.over" or "activity.not_undecided" ? ExitCode.Refused : ExitCode.Usage,
                why.Code,
                why.Message),
            var other => throw new System.Diagnostics.UnreachableException(other.GetType().Name),
        };
    }

    private async Task<Verdict> VerdictOfAsync(ParseResult parsed, CancellationToken cancellation) =>
        parsed.GetValue(accept) is { } output
            ? new Verdict.Accept(await RunInput.ReadAsync(output, [], cancellation))
            : parsed.GetValue(fail) is { } reason ? new Verdict.Fail(reason)
            : new Verdict.Retry();

    private static ActivityId ActivityOf(RunId run, string typed)
    {
        var whole = typed.Split('/') is [_, _] ? $"{run}/{typed}" : typed;
        return !ActivityId.TryParse(whole, out var activity)
            ? throw CommandException.Usage($"'{typed}' is no activity; expected run/visit/branch, such as {run}/4/0.")
            : activity.Run != run
                ? throw CommandException.Usage($"'{typed}' is an activity of run {activity.Run}, not of run {run}.")
                : activity;
    }

    /// <summary>Says that a decision is stored.</summary>
    /// <param name="streams">Where it is said.</param>
    /// <param name="manner">How.</param>
    /// <param name="decided">The decision.</param>
    /// <param name="goesOnWith">The command that carries the run; null where a gateway does.</param>
    /// <returns>What the process ends with.</returns>
    public static int Report(Streams streams, Manner manner, DecidedDocument decided, string? goesOnWith)
    {
        if (!manner.IsQuiet)
        {
            streams.Tell($"attempt {decided.Attempt} at {decided.Activity} is decided: {decided.Verdict}", Tone.Good);
            if (goesOnWith is not null)
            {
                streams.Tell($"unless a process serves the store, the run goes on with: {goesOnWith}");
            }
        }

        streams.WriteJson(decided, CliJson.Default.DecidedDocument, manner.IsCompact);
        return ExitCode.Done;
    }

    /// <summary>That a decision does not count, because there is one.</summary>
    public static CommandException DecidedBefore(string activity, int attempt) => new(
        ExitCode.Refused,
        "cli.decided_before",
        $"Somebody decided about attempt {attempt} at {activity} before; that decision counts.");

    /// <summary>What a verdict is called.</summary>
    public static string NameOf(Verdict verdict) => verdict switch
    {
        Verdict.Retry => "retry",
        Verdict.Accept => "accept",
        Verdict.Fail => "fail",
        _ => throw new System.Diagnostics.UnreachableException(verdict.GetType().Name),
    };

    private void RefuseContradictions(CommandResult result)
    {
        var given = (result.GetValue(retry) ? 1 : 0)
            + (result.GetValue(accept) is null ? 0 : 1)
            + (result.GetValue(fail) is null ? 0 : 1);
        if (given != 1)
        {
            result.AddError("Give exactly one of --retry, --accept and --fail.");
        }
    }
}
