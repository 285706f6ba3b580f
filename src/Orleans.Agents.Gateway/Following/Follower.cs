using System.Threading.Channels;

namespace Orleans.Agents.Gateway.Following;

/// <summary>Events of a run as they go out, made once for all who follow it.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Last">The last of them.</param>
/// <param name="IsEnd">Whether nothing can follow.</param>
/// <param name="Frames">Their text, in the form of a stream of events.</param>
internal sealed record NewsItem(long First, long Last, bool IsEnd, ReadOnlyMemory<byte> Frames)
{
    /// <summary>Says that nothing has happened.</summary>
    public static NewsItem Beat { get; } = new(0, 0, false, ": still here\n\n"u8.ToArray());
}

/// <summary>
/// Somebody who follows a run. What it has not fetched yet is kept only so far: one that is slow loses the oldest, notices by
/// their numbers, and reads them from the journal at its own pace.
/// </summary>
internal sealed class Follower
{
    private const int Kept = 16;

    private readonly Channel<NewsItem> news = Channel.CreateBounded<NewsItem>(
        new BoundedChannelOptions(Kept) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    /// <summary>What comes.</summary>
    public ChannelReader<NewsItem> News => news.Reader;

    public void Tell(NewsItem item) => news.Writer.TryWrite(item);

    /// <summary>Nothing more comes: the run has ended, or nobody can be followed any more.</summary>
    public void Leave(Exception? why = null) => news.Writer.TryComplete(why);
}
