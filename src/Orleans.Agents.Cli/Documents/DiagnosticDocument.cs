using System.Collections.Immutable;
using Orleans.Agents.Definitions;

namespace Orleans.Agents.Cli.Documents;

/// <summary>The payload when a definition is refused.</summary>
internal sealed record DiagnosticsDocument(ImmutableArray<DiagnosticDocument> Diagnostics);

/// <summary>Something that is wrong or odd in a definition.</summary>
internal sealed record DiagnosticDocument(
    string Severity,
    string Code,
    string File,
    int Line,
    int Column,
    string Message,
    string? Expected,
    string? Suggestion)
{
    /// <summary>The documents of what a loader found.</summary>
    public static ImmutableArray<DiagnosticDocument> AllOf(IEnumerable<Diagnostic> diagnostics) =>
        [.. diagnostics.Select(Of)];

    private static DiagnosticDocument Of(Diagnostic found) => new(
        found.Severity is DiagnosticSeverity.Error ? "error" : "warning",
        found.Code,
        found.File,
        found.Line,
        found.Column,
        found.Message,
        found.Expected,
        found.Suggestion);
}
