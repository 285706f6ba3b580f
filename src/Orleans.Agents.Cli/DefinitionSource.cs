using System.CommandLine;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Definitions;
using Orleans.Agents.Models;

namespace Orleans.Agents.Cli;

/// <summary>The options that say how strictly definitions are read, and the reading itself.</summary>
internal sealed class DefinitionSource
{
    private const string Lenient = "dev-safe";
    private const string Strict = "prod-safe";

    private readonly Option<string> profile = new Option<string>("--profile")
    {
        Description = $"{Lenient} (the default): warnings are told. {Strict}: warnings are errors.",
        HelpName = $"{Lenient}|{Strict}",
    }.AcceptOnlyFromAmong(Lenient, Strict);

    private readonly Option<bool> strict = new("--strict") { Description = "Warnings are errors, in any profile." };

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command verb)
    {
        verb.Add(profile);
        verb.Add(strict);
    }

    /// <summary>Reads definitions with the tools, models and default retry rule of this program.</summary>
    public LoadResult Load(IReadOnlyList<string> paths, ParseResult parsed)
    {
        var isStrict = parsed.GetValue(strict) || parsed.GetValue(profile) == Strict;
        var host = new DefinitionHost([.. BuiltIn()], new ModelRegistry().Names);
        return DefinitionLoader.Load(paths, host, new LoadOptions(isStrict));
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

    private static IEnumerable<Tools.Tool> BuiltIn() => Tools.BuiltInTools.All;
}
