using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Runs;

/// <summary>Those who are told of each append of the runs this process carries; whoever only counts them among these.</summary>
internal sealed class Followers(ILogger logger, SizeNotices notices)
{
    private ImmutableList<Action<RunId, RunAppend>> all = [];

    public void Add(Action<RunId, RunAppend> follower) =>
        ImmutableInterlocked.Update(ref all, (before, one) => before.Add(one), follower);

    public void Tell(RunId run, Epoch epoch, Decision.Accepted stored)
    {
        if (Instruments.AreOfRunsWanted)
        {
            Instruments.Count(stored.Events, stored.Next);
        }

        notices.TellOf(run, stored);
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
