using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Runs;

/// <summary>
/// Those who are told of each append of the runs this process carries: with all that is in it, or only that there is one;
/// whoever only counts them among these.
/// </summary>
internal sealed class Followers(ILogger logger, SizeNotices notices)
{
    private ImmutableArray<Action<RunId, RunAppend>> all = [];
    private ImmutableArray<Action<RunId, long>> listeners = [];

    public void Add(Action<RunId, RunAppend> follower) =>
        ImmutableInterlocked.Update(ref all, (before, one) => before.Add(one), follower);

    /// <summary>Adds one who wants to know no more than how far a run has come.</summary>
    public void Listen(Action<RunId, long> listener) =>
        ImmutableInterlocked.Update(ref listeners, (before, one) => before.Add(one), listener);

    public void Tell(RunId run, Epoch epoch, Decision.Accepted stored)
    {
        if (Instruments.AreOfRunsWanted)
        {
            Instruments.Count(stored.Events, stored.Next);
        }

        notices.TellOf(run, stored);
        foreach (var listener in listeners)
        {
            listener(run, stored.Next.Version);
        }

        foreach (var follower in all)
        {
            try
            {
                follower(run, new RunAppend(stored.Next.Version, stored.At, epoch, stored.Events));
            }
            catch (Exception thrown)
            {
                // Followers are other people's code; what they throw is no reason to stop the run they watch.
                logger.FollowerThrew(run, thrown);
            }
        }
    }
}
