using Microsoft.Extensions.Logging;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Runs;

/// <summary>
/// Prunes the runs that are over and that the options do not keep: every now and then a pass over all of them, a few at
/// each look of the keeper, so that the store always has time for those that go on.
/// </summary>
internal sealed class Retention(IRunList runs, EngineOptions options, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan BetweenPasses = TimeSpan.FromMinutes(1);

    private long? next;
    private long? passedAt;

    /// <summary>Goes on with the pass that is under way, or begins one if it is time.</summary>
    public async Task PruneAsync(CancellationToken cancellation)
    {
        if (!IsDue())
        {
            return;
        }

        var began = clock.GetTimestamp();
        var pruned = 0;
        do
        {
            var endedBefore = options.RetainFor is { } age ? clock.GetUtcNow() - age : (DateTimeOffset?)null;
            var some = await runs.PruneAsync(
                new PruneRule(endedBefore, options.RetainNewest, After: next ?? 0), cancellation);
            pruned += some.Runs;
            next = some.Next;
        }
        while (next is not null && clock.GetElapsedTime(began) < options.KeeperInterval / 2);

        passedAt = next is null ? clock.GetTimestamp() : passedAt;
        if (pruned > 0)
        {
            logger.RunsPruned(pruned);
        }
    }

    private bool IsDue() => (options.RetainFor is not null || options.RetainNewest is not null)
        && (next is not null || passedAt is not { } last || clock.GetElapsedTime(last) >= BetweenPasses);
}
