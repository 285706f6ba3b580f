using System.Collections.Immutable;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli.Documents;

/// <summary>A child run that is waited for.</summary>
/// <param name="Run">Its name.</param>
/// <param name="Branch">The branch that waits for it.</param>
/// <param name="Attempt">Which attempt it is.</param>
/// <param name="Until">When it is not waited for any longer.</param>
internal sealed record ChildDocument(string Run, int Branch, int Attempt, DateTimeOffset? Until)
{
    /// <summary>All that a run waits for.</summary>
    public static ImmutableArray<ChildDocument> AllOf(RunState state) =>
    [
        .. state.Open.Where(open => open.Value.Child is not null)
            .Select(open => new ChildDocument(open.Value.Child!, open.Key, open.Value.Attempt, open.Value.Until)),
    ];
}
