using Orleans.Agents.Runs;

namespace Orleans.Agents.Gateway.Following;

/// <summary>A run that somebody follows, and how far its events have been read.</summary>
internal sealed class Followed(RunId run, long position)
{
    private readonly Lock gate = new();
    private readonly List<Follower> followers = [];
    private bool isClosed;

    public RunId Run { get; } = run;

    /// <summary>The last event that was told to all; only the feed moves it.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Adds a follower; false when this has been closed meanwhile, and there may be another.</summary>
    public bool TryAdd(Follower follower)
    {
        lock (gate)
        {
            if (!isClosed)
            {
                followers.Add(follower);
            }

            return !isClosed;
        }
    }

    /// <summary>Takes a follower out.</summary>
    /// <returns>Whether it was the last, so that this is closed.</returns>
    public bool Remove(Follower follower)
    {
        lock (gate)
        {
            isClosed |= followers.Remove(follower) && followers.Count == 0;
            return isClosed;
        }
    }

    /// <summary>Tells all followers; after the end of the run nobody can join any more.</summary>
    public void Tell(NewsItem item)
    {
        lock (gate)
        {
            Position = Math.Max(Position, item.Last);
            followers.ForEach(follower => follower.Tell(item));
            if (item.IsEnd)
            {
                CloseLocked(null);
            }
        }
    }

    /// <summary>Sends all followers away.</summary>
    public void Close(Exception? why)
    {
        lock (gate)
        {
            CloseLocked(why);
        }
    }

    private void CloseLocked(Exception? why)
    {
        isClosed = true;
        followers.ForEach(follower => follower.Leave(why));
        followers.Clear();
    }
}
