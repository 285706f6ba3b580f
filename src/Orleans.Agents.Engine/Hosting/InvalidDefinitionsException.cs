using System.Collections.Immutable;
using Orleans.Agents.Definitions;

namespace Orleans.Agents.Hosting;

/// <summary>An application's workflows have mistakes; every one of them is listed.</summary>
/// <param name="diagnostics">All of them, with file, line and column.</param>
public sealed class InvalidDefinitionsException(ImmutableArray<Diagnostic> diagnostics)
    : AgentsException("definition.invalid", string.Join(Environment.NewLine, diagnostics))
{
    /// <summary>All of them, with file, line and column.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; } = diagnostics;
}
