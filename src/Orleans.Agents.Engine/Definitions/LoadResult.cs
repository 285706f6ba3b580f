using System.Collections.Immutable;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Definitions;

/// <summary>What came of loading definitions.</summary>
/// <param name="Diagnostics">All that is wrong or odd, by file, line and column.</param>
/// <param name="Documents">What was found, whether it is right or not, in the order of files.</param>
/// <param name="Definitions">The workflows by name; empty when anything is an error.</param>
public sealed record LoadResult(
    ImmutableArray<Diagnostic> Diagnostics,
    ImmutableArray<LoadedDocument> Documents,
    ImmutableSortedDictionary<string, Definition> Definitions)
{
    /// <summary>The workflows that were read only because others refer to them, from files nobody asked for.</summary>
    public ImmutableArray<string> ReferredTo { get; init; } = [];

    /// <summary>The texts that were read, answers among them: whoever loads these has the same definitions.</summary>
    public ImmutableArray<DefinitionText> Texts { get; init; } = [];

    /// <summary>Whether the definitions are refused.</summary>
    public bool HasErrors => Diagnostics.Any(d => d.Severity is DiagnosticSeverity.Error);
}

/// <summary>A workflow that can be run.</summary>
/// <param name="Workflow">The workflow with everything it refers to.</param>
/// <param name="Closure">The stored form of all that; <see cref="Workflow.Hash"/> is its SHA-256.</param>
/// <param name="Plan">What a run of it may do, for people.</param>
public sealed record Definition(Workflow Workflow, ReadOnlyMemory<byte> Closure, Plan Plan)
{
    /// <summary>The other workflows that its states run.</summary>
    public ImmutableArray<Definition> Called { get; init; } = [];
}

/// <summary>What a document says about itself.</summary>
/// <param name="Kind">Its kind, as written.</param>
/// <param name="Name">Its name; empty when it has none.</param>
/// <param name="Version">The author's version of it.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Labels">The author's own marks.</param>
/// <param name="File">The file it is in.</param>
/// <param name="Line">The line it begins on.</param>
public sealed record LoadedDocument(
    string Kind,
    string Name,
    string? Version,
    string? Description,
    ImmutableSortedDictionary<string, string> Labels,
    string File,
    int Line);
