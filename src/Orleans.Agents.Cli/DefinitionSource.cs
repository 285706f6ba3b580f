using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Definitions;
using Orleans.Agents.Models;
using Orleans.Agents.Tools;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Cli;

/// <summary>The options that say how strictly definitions are read, and the reading itself.</summary>
internal sealed class DefinitionSource
{
    private const string Lenient = "dev-safe";
    private const string Strict = "prod-safe";

    private readonly Option<string> profile = Choices.Option(
        "--profile", $"{Lenient} (the default): warnings are told. {Strict}: warnings are errors.", Lenient, Strict);

    private readonly Option<bool> strict = new("--strict") { Description = "Warnings are errors, in any profile." };

    private readonly Option<string> answers = new("--answers")
    {
        Description = "For FlatMachine files: a folder with what the offline model answers for each agent and action.",
        HelpName = "folder",
    };

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command verb)
    {
        AddToSending(verb);
        verb.Add(answers);
    }

    /// <summary>Adds those of the options that make sense where definitions are sent on.</summary>
    public void AddToSending(Command verb)
    {
        verb.Add(profile);
        verb.Add(strict);
    }

    /// <summary>The first of the options that was given; null when none was.</summary>
    public string? GivenOf(ParseResult parsed)
    {
        Option[] all = [profile, strict, answers];
        return all.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false })?.Name;
    }

    /// <summary>Reads definitions with the tools, models and default retry rule of this program.</summary>
    public LoadResult Load(IReadOnlyList<string> paths, ParseResult parsed)
    {
        var mistakes = ReadDefaultRetry(out var retry);
        if (!mistakes.IsEmpty)
        {
            return new LoadResult(mistakes, [], ImmutableSortedDictionary<string, Definition>.Empty);
        }

        var folder = parsed.GetValue(answers);
        if (folder is not null && !Directory.Exists(folder))
        {
            throw CommandException.Usage($"There is no folder '{folder}' with answers.");
        }

        var host = new DefinitionHost(BuiltInTools.All, [.. new ModelRegistry().Names], retry);
        return DefinitionLoader.Load(paths, host, new LoadOptions(IsStrict(parsed)) { Answers = folder });
    }

    /// <summary>Whether warnings are errors.</summary>
    public bool IsStrict(ParseResult parsed) => parsed.GetValue(strict) || parsed.GetValue(profile) == Strict;

    /// <summary>A gateway is sent what definitions say, and not which answers this program would have given for them.</summary>
    public void RefuseAnswers(ParseResult parsed)
    {
        if (parsed.GetValue(answers) is not null)
        {
            throw CommandException.Usage($"{answers.Name} is for runs of a store; a gateway has a model, or answers in the files.");
        }
    }

    /// <summary>Tells what was found; for definitions that cannot be used the payload does too.</summary>
    /// <returns>Whether they can be used.</returns>
    public static bool Accept(LoadResult loaded, Streams streams, Manner manner)
    {
        Tell(loaded, streams, withWarnings: !manner.IsQuiet);
        if (loaded.HasErrors)
        {
            streams.WriteJson(
                new DiagnosticsDocument(DiagnosticDocument.AllOf(loaded.Diagnostics)),
                CliJson.Default.DiagnosticsDocument,
                manner.IsCompact);
        }

        return !loaded.HasErrors;
    }

    /// <summary>Tells people what was found.</summary>
    public static void Tell(LoadResult loaded, Streams streams, bool withWarnings)
    {
        foreach (var found in loaded.Diagnostics)
        {
            var isError = found.Severity is DiagnosticSeverity.Error;
            if (isError || withWarnings)
            {
                streams.Tell(found.ToString(), isError ? Tone.Error : Tone.Warning);
            }
        }
    }

    /// <summary>Where any number of paths may stand, a misspelled option would pass for one of them.</summary>
    public static void RefuseOptionsAmong(IEnumerable<string>? paths, CommandResult result, Command verb)
    {
        foreach (var word in (paths ?? []).Where(p => p.StartsWith('-') && !Path.Exists(p)))
        {
            result.AddError(CommandLine.MistakeOf(verb, word));
        }
    }

    // The file beside the program may be edited; without it the rule is as shipped.
    private static ImmutableArray<Diagnostic> ReadDefaultRetry(out RetryRule? retry)
    {
        var file = Path.Combine(AppContext.BaseDirectory, RetryDefaults.FileName);
        retry = null;
        try
        {
            return File.Exists(file)
                ? RetryDefaults.Read(new DefinitionText(file, File.ReadAllText(file)), out retry)
                : [];
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return [new Diagnostic(
                DiagnosticCode.FileUnreadable, DiagnosticSeverity.Error, file, 1, 1, problem.Message)];
        }
    }
}
