using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Agents.Client.Contracts;

/// <summary>Definition files that are read together.</summary>
/// <param name="Files">The files.</param>
/// <param name="Strict">Whether warnings are errors.</param>
/// <param name="Names">
/// Of the workflows in them, those that runs are started from by their names once they are published; null means all of them, and
/// an empty list that they are kept under their hashes only. Means nothing where definitions are only checked.
/// </param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record DefinitionFiles(
    ImmutableArray<DefinitionFile> Files, bool Strict = false, ImmutableArray<string>? Names = null);

/// <summary>A definition file.</summary>
/// <param name="Name">Its name in diagnostics; <c>.json</c> at its end means JSON, anything else YAML.</param>
/// <param name="Text">What is in it.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record DefinitionFile(string Name, string Text);

/// <summary>What was found in definition files.</summary>
/// <param name="Valid">Whether they can be run.</param>
/// <param name="Diagnostics">All that is wrong or odd.</param>
/// <param name="Workflows">The workflows in them; none when anything is wrong.</param>
public sealed record Validation(
    bool Valid, ImmutableArray<DiagnosticLine> Diagnostics, ImmutableArray<WorkflowLine> Workflows);

/// <summary>Something that is wrong or odd in a definition.</summary>
/// <param name="Severity"><c>error</c> or <c>warning</c>.</param>
/// <param name="Code">A stable name.</param>
/// <param name="File">The file.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Message">What was found.</param>
/// <param name="Expected">What would have been right.</param>
/// <param name="Suggestion">What was probably meant.</param>
public sealed record DiagnosticLine(
    string Severity,
    string Code,
    string File,
    int Line,
    int Column,
    string Message,
    string? Expected = null,
    string? Suggestion = null);

/// <summary>A workflow that can be run.</summary>
/// <param name="Workflow">Its name.</param>
/// <param name="Definition">The hash of its definition, which runs can be started from once it is published.</param>
/// <param name="Version">Its author's version.</param>
/// <param name="Description">What it does, in its author's words.</param>
/// <param name="ByName">
/// Whether runs that are started by its name start from this definition; null where it is only checked, and by a gateway of an
/// older version.
/// </param>
public sealed record WorkflowLine(
    string Workflow, string Definition, string? Version = null, string? Description = null, bool? ByName = null);

/// <summary>The workflows that runs can be started from by name.</summary>
/// <param name="Workflows">Their names, in order.</param>
/// <param name="Definitions">What each name stands for, in the same order; null from a gateway of an older version.</param>
public sealed record WorkflowNames(
    ImmutableArray<string> Workflows, ImmutableArray<NamedDefinition>? Definitions = null);

/// <summary>What a name stands for when a run is started by it.</summary>
/// <param name="Workflow">The name.</param>
/// <param name="Definition">The definition's hash.</param>
/// <param name="From"><c>folder</c> when the process that answers was given it, <c>published</c> when it was published.</param>
/// <param name="Version">Its author's version.</param>
/// <param name="PublishedAt">When it was published.</param>
public sealed record NamedDefinition(
    string Workflow, string Definition, string From, string? Version = null, DateTimeOffset? PublishedAt = null);

/// <summary>A definition as it is kept: a workflow with everything it refers to.</summary>
/// <param name="Definition">Its hash: the SHA-256 of its stored form.</param>
/// <param name="Workflow">The workflow's name.</param>
/// <param name="States">Its states, the first one first.</param>
/// <param name="Closure">The stored form.</param>
/// <param name="Version">Its author's version.</param>
public sealed record DefinitionDetails(
    string Definition, string Workflow, ImmutableArray<string> States, JsonElement Closure, string? Version = null);
