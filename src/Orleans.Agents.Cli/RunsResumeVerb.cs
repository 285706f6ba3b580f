using System.CommandLine;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Remote;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Failures;

namespace Orleans.Agents.Cli;

/// <summary><c>agents runs resume</c>: carries on what a crash or Ctrl-C interrupted.</summary>
internal sealed class RunsResumeVerb
{
    private readonly Streams streams;
    private readonly MannerOptions manners = new();
    private readonly Option<string> store = StoreChoice.Option();
    private readonly ServerOptions server = new();
    private readonly Option<bool> all = new("--all") { Description = "Carry on every run that nobody carries." };
    private readonly Argument<string> run = new("id")
    {
        Description = "The run's name, or a beginning that no other run has.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private RunsResumeVerb(Streams streams) => this.streams = streams;

    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var resume = new RunsResumeVerb(streams);
        var verb = new Verb(
            "resume",
            "Carries runs on where they stand, lets one that is suspended go on, and prints their output.",
            "A run that another process carries is followed; of one that is over the output is printed again. "
            + "With --all, runs that are suspended stay so.",
            new Example("Go on after Ctrl-C", "agents runs resume run-0198c2"),
            new Example("Go on with everything after a power cut", "agents runs resume --all"))
        {
            resume.run,
            resume.all,
            resume.store,
        };
        resume.server.AddTo(verb, resume.store);
        resume.manners.AddTo(verb);
        verb.Validators.Add(result =>
        {
            if (result.GetValue(resume.all) == (result.GetValue(resume.run) is not null))
            {
                result.AddError("Give the name of a run, or --all; not both.");
            }
        });
        verb.SetAction((parsed, _) => resume.RunAsync(parsed));
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        using var interruption = new Interruption();
        var manner = manners.Of(parsed);
        if (server.Of(parsed) is { } there)
        {
            return parsed.GetValue(run) is { } named
                ? await new ServerControl(there, streams, manner).ResumeAsync(named, interruption)
                : throw CommandException.Usage("--all is for stores; a gateway carries on by itself what nobody carries.");
        }

        var choice = StoreChoice.Of(parsed.GetValue(store));
        if (parsed.GetValue(run) is not { } typed)
        {
            return await ResumeAllAsync(choice, manner, interruption);
        }

        var found = await RunFinder.FindNameAsync(choice, typed, interruption.Token);
        return await new Carrying(streams, manner, choice).ToEndAsync(
            async (session, cancellation) =>
            {
                // One that was put down again meanwhile is not taken on twice.
                if (!await session.Engine.ResumeAsync(found, cancellation))
                {
                    await session.TakeOnAsync(found, cancellation);
                }

                return found;
            },
            interruption);
    }

    private async Task<int> ResumeAllAsync(StoreChoice choice, Manner manner, Interruption interruption)
    {
        if (await choice.OpenToReadAsync(interruption.Token) is not { } there)
        {
            streams.Tell($"there is no store yet: {choice.Name}; nothing waits to be carried on");
            streams.WriteJson([], CliJson.Default.IReadOnlyListResumedDocument, manner.IsCompact);
            return ExitCode.Done;
        }

        await there.DisposeAsync();

        var report = new RunReport(streams, manner);
        var ended = new List<ResumedDocument>();
        var exitCode = ExitCode.Done;
        try
        {
            await using var session = await EngineSession.StartAsync(choice, streams, manner, interruption.Token);
            var taken = await session.TakeAllAsync(
                (unreadable, why) =>
                {
                    streams.Tell($"error: {why.Message}", Tone.Error);
                    ended.Add(new ResumedDocument(
                        unreadable.Value,
                        "unreadable",
                        Failure: FailureDocument.Of(FailureClass.Permanent, why.Code, why.Message)));
                    exitCode = ExitCode.Infrastructure;
                },
                interruption.Token);
            foreach (var id in taken)
            {
                await session.TellWaitsAsync(id, interruption.Token);
                var end = RunEnd.Of(id, await session.SeeToEndAsync(id, interruption.Token));
                report.Tell(end);
                ended.Add(new ResumedDocument(id.Value, end.Status, end.Output, end.Failure));
                exitCode = Math.Max(exitCode, end.ExitCode);
            }
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            streams.Tell("interrupted; the runs that are not over go on with: agents runs resume --all", Tone.Warning);
            exitCode = ExitCode.Interrupted;
        }

        streams.WriteJson(ended, CliJson.Default.IReadOnlyListResumedDocument, manner.IsCompact);
        return exitCode;
    }
}
