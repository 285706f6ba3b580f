using System.Collections.Immutable;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Client;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Definitions;

namespace Orleans.Agents.Cli.Remote;

/// <summary>Has a gateway keep definitions that were read here.</summary>
internal sealed class ServerPublication(ServerSession session, Streams streams, Manner manner)
{
    private const string Invalid = "definition.invalid";
    private const string NameHeld = "definition.name_held";

    /// <summary>Sends the texts that definitions were read from; the gateway reads them with its own tools and models.</summary>
    /// <param name="loaded">The definitions; they can be used here.</param>
    /// <param name="names">Those that runs are to be started from by name; the others are only kept.</param>
    /// <param name="isStrict">Whether warnings are errors there too.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>What the gateway keeps; null when it finds mistakes, which have been told.</returns>
    /// <exception cref="CommandException">It is refused for another reason, or nobody answers.</exception>
    public async Task<ImmutableArray<WorkflowLine>?> PublishAsync(
        LoadResult loaded, ImmutableArray<string> names, bool isStrict, CancellationToken cancellation)
    {
        var files = new DefinitionFiles(
            [.. loaded.Texts.Select(text => new DefinitionFile(text.Name, text.Text))], isStrict, names);
        try
        {
            var published = await session.AskAsync(client => client.PublishAsync(files, cancellation));
            foreach (var held in published.Diagnostics.Where(found => found.Code == NameHeld))
            {
                streams.Tell(DiagnosticOf(held).ToString(), Tone.Warning);
            }

            return published.Workflows;
        }
        catch (CommandException refused) when (MistakesOf(refused) is { } mistakes)
        {
            Tell(mistakes);
            return null;
        }
    }

    private static ImmutableArray<DiagnosticLine>? MistakesOf(CommandException refused) =>
        refused.InnerException is AgentsApiException { Problem: { Code: Invalid, Diagnostics: { Length: > 0 } found } } ? found : null;

    private void Tell(ImmutableArray<DiagnosticLine> found)
    {
        streams.Tell($"{session.Choice.Name} cannot run this: its tools, models or version are others.", Tone.Error);
        foreach (var one in found.Where(one => one.Severity == "error" || !manner.IsQuiet))
        {
            streams.Tell(DiagnosticOf(one).ToString(), one.Severity == "error" ? Tone.Error : Tone.Warning);
        }

        streams.WriteJson(
            new DiagnosticsDocument(DiagnosticDocument.AllOf(found.Select(DiagnosticOf))),
            CliJson.Default.DiagnosticsDocument,
            manner.IsCompact);
    }

    private static Diagnostic DiagnosticOf(DiagnosticLine line) => new(
        line.Code,
        line.Severity == "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
        line.File,
        line.Line,
        line.Column,
        line.Message,
        line.Expected,
        line.Suggestion);
}
