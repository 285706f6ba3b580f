using System.Collections.Immutable;

namespace Orleans.Agents.Cli.Documents;

/// <summary>What a gateway keeps from now on.</summary>
internal sealed record PublishedDocument(ImmutableArray<PublishedWorkflow> Workflows);

/// <summary>A workflow, the hash by which runs of it are started, and whether its name stands for that too.</summary>
internal sealed record PublishedWorkflow(string Workflow, string Definition, string? Version, bool? ByName);
