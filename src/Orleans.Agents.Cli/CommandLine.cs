using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Reflection;
using Orleans.Agents.Cli.Bench;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Failures;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli;

/// <summary>The command <c>agents</c>: does what was typed, and turns whatever happens into an exit code.</summary>
internal static class CommandLine
{
    private static readonly InvocationConfiguration Invocation = new()
    {
        ProcessTerminationTimeout = null,
        EnableDefaultExceptionHandler = false,
    };

    /// <summary>Does what the arguments ask for.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, Streams streams)
    {
        try
        {
            return await DoAsync(args, streams);
        }
        catch (OutputException lost)
        {
            streams.Tell($"error: {lost.Message}", Tone.Error);
            return ExitCode.Infrastructure;
        }
    }

    private static async Task<int> DoAsync(string[] args, Streams streams)
    {
        var root = Root(streams);
        var parsed = CommandLineParser.Parse(
            root, args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        if (parsed.Errors.Count > 0)
        {
            return Fail(
                streams, ExitCode.Usage, FailureClass.Permanent, "cli.usage", MistakesOf(parsed), WayOut(parsed));
        }

        try
        {
            return await parsed.InvokeAsync(Invocation);
        }
        catch (CommandException refused)
        {
            var wayOut = refused.ExitCode == ExitCode.Usage ? WayOut(parsed, refused.Code) : null;
            return Fail(streams, refused.ExitCode, refused.Kind, refused.Code, refused.Message, wayOut);
        }
        catch (StoreException problem)
        {
            var kind = problem.IsTransient ? FailureClass.Transient : FailureClass.Permanent;
            return Fail(streams, ExitCode.Infrastructure, kind, problem.Code, problem.Message);
        }
        catch (HistoryException damage)
        {
            return Fail(streams, ExitCode.Infrastructure, FailureClass.Permanent, damage.Code, damage.Message);
        }
        catch (OperationCanceledException)
        {
            return Fail(streams, ExitCode.Interrupted, FailureClass.Cancelled, "cli.interrupted", "interrupted");
        }
        catch (OutputException)
        {
            throw;
        }
        catch (Exception bug)
        {
            // Whoever called still gets one payload and an exit code; the rest is for whoever mends it.
            streams.Tell(bug.ToString());
            return Fail(
                streams,
                ExitCode.Infrastructure,
                FailureClass.Permanent,
                "cli.fault",
                $"{bug.GetType().Name}: {bug.Message}");
        }
    }

    private static Verb Root(Streams streams)
    {
        var version = new Option<bool>("--version") { Description = "Print the version." };
        var root = new Verb(
            "agents",
            "Runs multi-agent workflows that survive crashes.",
            "A workflow is a YAML file; a run of it is durable: kill the process, and another carries the run on.",
            new Example("Check a workflow, then run it", "agents validate workflow.yaml && agents run workflow.yaml"),
            new Example("See what ran, and what one of the runs did", "agents runs list && agents runs show <id>"))
        {
            RunVerb.Create(streams),
            ServeVerb.Create(streams),
            ValidateVerb.Create(streams),
            PublishVerb.Create(streams),
            RunsVerb.Create(streams),
            BackupVerb.Create(streams),
            BenchVerb.Create(streams),
            version,
            new HelpOption { Action = new HelpPage(streams) },
        };
        root.SetAction(
            parsed => streams.WriteText(parsed.GetValue(version) ? $"{VersionText()}\n" : HelpPage.TextOf(root)));
        return root;
    }

    private static string VersionText() => typeof(CommandLine).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private static string MistakesOf(ParseResult parsed)
    {
        var verb = parsed.CommandResult.Command;
        var mistakes = parsed.UnmatchedTokens.Count > 0
            ? parsed.UnmatchedTokens.Select(token => MistakeOf(verb, token))
            : parsed.Errors.Select(e => e.Message);
        return string.Join(' ', mistakes.Distinct(StringComparer.Ordinal));
    }

    /// <summary>What is wrong with a word that means nothing where it stands.</summary>
    internal static string MistakeOf(Command verb, string token)
    {
        if (token.StartsWith('-'))
        {
            var options = verb.Options.SelectMany(o => o.Aliases.Append(o.Name)).Append("--help");
            return $"'{verb.Name}' has no option '{token}'.{Nearest.Question(token, options)}";
        }

        return verb.Subcommands.Count > 0
            ? $"'{verb.Name}' has no verb '{token}'.{Nearest.Question(token, verb.Subcommands.Select(s => s.Name))}"
            : $"'{verb.Name}' does not take '{token}' as well.";
    }

    private static string WayOut(ParseResult parsed, string code = "cli.usage")
    {
        var verb = parsed.CommandResult.Command.Name;
        for (var above = parsed.CommandResult.Parent; above is CommandResult outer; above = outer.Parent)
        {
            verb = $"{outer.Command.Name} {verb}";
        }

        return code == "cli.run_unknown"
            ? "'agents runs list' shows which runs there are."
            : $"'{verb} --help' shows what can be typed.";
    }

    // A person at the terminal needs no JSON to see a mistake; a program that reads the output gets its one payload.
    private static int Fail(
        Streams streams, int exitCode, FailureClass kind, string code, string message, string? wayOut = null)
    {
        streams.Tell(exitCode == ExitCode.Interrupted ? message : $"error {code}: {message}", Tone.Error);
        if (wayOut is not null)
        {
            streams.Tell(wayOut);
        }

        if (!streams.IsOutputTerminal)
        {
            streams.WriteJson(
                new FailedDocument(FailureDocument.Of(kind, code, message)),
                CliJson.Default.FailedDocument,
                compact: true);
        }

        return exitCode;
    }
}
