using System.CommandLine;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Definitions;

namespace Orleans.Agents.Cli;

/// <summary><c>agents validate</c>: says all that is wrong with definitions, and what runs of them may do.</summary>
internal static class ValidateVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var paths = new Argument<string[]>("path")
        {
            Description = "Workflow files and folders; all of them are read together.",
            Arity = ArgumentArity.OneOrMore,
        };
        var plan = new Option<bool>("--plan")
        {
            Description = "As text, show each state: what it does, its bounds, where it leads.",
        };
        var json = MannerOptions.JsonOption();
        var definitions = new DefinitionSource();
        var verb = new Verb(
            "validate",
            "Checks workflows and shows what a run of them may do; runs nothing.",
            "Every mistake is told at once as file:line:column, with what was expected. JSON, unless on a terminal.",
            new Example(
                "Check a folder as continuous integration should", "agents validate workflows/ --profile prod-safe"),
            new Example("See the states and where they lead", "agents validate report.yaml --plan"))
        {
            paths, plan, json,
        };
        definitions.AddTo(verb);

        verb.Validators.Add(result => DefinitionSource.RefuseOptionsAmong(result.GetValue(paths), result, verb));
        verb.SetAction(parsed =>
        {
            var loaded = definitions.Load(parsed.GetValue(paths)!, parsed);
            DefinitionSource.Tell(loaded, streams, withWarnings: true);
            if (streams.IsOutputTerminal && !parsed.GetValue(json))
            {
                streams.WriteText(TextOf(loaded, parsed.GetValue(plan)));
            }
            else
            {
                streams.WriteJson(ValidationDocument.Of(loaded), CliJson.Default.ValidationDocument, compact: true);
            }

            return loaded.HasErrors ? ExitCode.Usage : ExitCode.Done;
        });
        return verb;
    }

    private static string TextOf(LoadResult loaded, bool withPlans)
    {
        var definitions = loaded.Definitions.Values.ToList();
        var plans = withPlans
            ? string.Join('\n', definitions.Select(d => PlanText.Of(d.Plan)))
            : PlanText.Overview(definitions);
        var errors = loaded.Diagnostics.Count(d => d.Severity is DiagnosticSeverity.Error);
        return $"{plans}{Count(definitions.Count, "workflow")}, {Count(errors, "error")}, "
            + $"{Count(loaded.Diagnostics.Length - errors, "warning")}\n";
    }

    private static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";
}
