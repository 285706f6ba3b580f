using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli.Documents;

/// <summary>A run that was forked.</summary>
/// <param name="Run">Its name.</param>
/// <param name="IsNew">Whether it was forked just now, and not before under the same name.</param>
/// <param name="ForkedFrom">Where it was forked from.</param>
internal sealed record ForkDocument(string Run, bool IsNew, ForkedFromDocument ForkedFrom);

/// <summary>Where a run was forked from.</summary>
/// <param name="Run">The other run.</param>
/// <param name="Version">The version of that one it begins at.</param>
/// <param name="Edited">Whether its context was changed.</param>
internal sealed record ForkedFromDocument(string Run, long Version, bool Edited)
{
    /// <summary>The document of a run's origin; null when it was not forked.</summary>
    public static ForkedFromDocument? Of(RunFork? fork) =>
        fork is null ? null : new ForkedFromDocument(fork.Run, fork.Version, fork.IsEdited is true);
}
