using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace Orleans.Agents.Cli.Terminals;

/// <summary>How a command talks.</summary>
/// <param name="IsCompact">Whether the payload is on one line even on a terminal.</param>
/// <param name="IsQuiet">Whether people are told of errors only.</param>
/// <param name="IsVerbose">Whether people are told everything.</param>
internal sealed record Manner(bool IsCompact, bool IsQuiet, bool IsVerbose)
{
    /// <summary>That of verbs that only read.</summary>
    public static Manner Reading { get; } = new(IsCompact: false, IsQuiet: false, IsVerbose: false);

    /// <summary>The least the engine's log must matter to be shown.</summary>
    public LogLevel Least => IsVerbose ? LogLevel.Debug : IsQuiet ? LogLevel.Error : LogLevel.Warning;
}

/// <summary>The options every verb that carries runs has, to say how it talks.</summary>
/// <param name="everything">What people are told who want to be told everything.</param>
internal sealed class MannerOptions(string everything = "Tell of each state and attempt, and what the engine logs.")
{
    private readonly Option<bool> quiet = new("--quiet", "-q") { Description = "Tell of errors only." };
    private readonly Option<bool> verbose = new("--verbose", "-v") { Description = everything };

    /// <summary>The option that every verb has.</summary>
    public Option<bool> Json { get; } = JsonOption();

    /// <summary>The option that asks for JSON on one line.</summary>
    public static Option<bool> JsonOption() => new("--json")
    {
        Description = "Print one line of JSON, on a terminal too.",
    };

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command verb)
    {
        verb.Add(Json);
        AddTalkTo(verb);
    }

    /// <summary>Adds those of the options that make sense for a verb without a payload.</summary>
    public void AddTalkTo(Command verb)
    {
        verb.Add(quiet);
        verb.Add(verbose);
        verb.Validators.Add(result =>
        {
            if (result.GetValue(quiet) && result.GetValue(verbose))
            {
                result.AddError("--quiet and --verbose contradict each other; give one of them.");
            }
        });
    }

    /// <summary>Reads them.</summary>
    public Manner Of(ParseResult parsed) =>
        new(parsed.GetValue(Json), parsed.GetValue(quiet), parsed.GetValue(verbose));
}
