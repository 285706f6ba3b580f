using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Gateway.Following;

/// <summary>Answers one follower of a run: first what it has not seen, from the journal, then what comes, until the run ends.</summary>
internal sealed class EventStream(Feed feed, IAgents agents, IOptions<GatewayOptions> options, TimeProvider time)
{
    private const int PageSize = 256;
    private const int PieceBytes = 16 * 1024;

    /// <summary>Writes the events after a version as they come. No event is left out, and none comes twice.</summary>
    public async Task WriteAsync(HttpContext context, RunRecord record, long after)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["x-accel-buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.StartAsync(context.RequestAborted);
        await foreach (var item in FollowAsync(record, after, context.RequestAborted))
        {
            await SendAsync(context, item.Frames);
        }
    }

    // Piece by piece: the server's own bound looks at all that was sent so far, so that who took much at first, or is sent
    // much at once, could hold it up for hours.
    private async Task SendAsync(HttpContext context, ReadOnlyMemory<byte> frames)
    {
        while (!frames.IsEmpty)
        {
            var piece = frames[..Math.Min(frames.Length, PieceBytes)];
            frames = frames[piece.Length..];
            var sending = context.Response.BodyWriter.WriteAsync(piece, context.RequestAborted);
            var sent = sending.IsCompleted ? await sending : await InTimeAsync(context, sending);
            if (sent.IsCompleted)
            {
                throw new ConnectionAbortedException("Nobody takes what is sent.");
            }
        }
    }

    private async Task<FlushResult> InTimeAsync(HttpContext context, ValueTask<FlushResult> sending)
    {
        await using var patience = time.CreateTimer(
            static late => ((HttpContext)late!).Abort(), context, options.Value.RequestTimeout, Timeout.InfiniteTimeSpan);
        return await sending;
    }

    private async IAsyncEnumerable<NewsItem> FollowAsync(
        RunRecord record, long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (followed, follower) = feed.Join(record.Id, record.Version);
        try
        {
            // What was there before this joined is in the journal, and so is what a slow follower has missed.
            var seen = new Place { Version = after };
            await foreach (var item in ReadAsync(record.Id, seen, cancellation))
            {
                yield return item;
            }

            while (!seen.IsEnd && await follower.News.WaitToReadAsync(cancellation))
            {
                while (follower.News.TryRead(out var item))
                {
                    if (item == NewsItem.Beat)
                    {
                        yield return item;
                    }
                    else if (item.First == seen.Version + 1)
                    {
                        yield return seen.After(item);
                    }
                    else if (item.Last > seen.Version)
                    {
                        await foreach (var missed in ReadAsync(record.Id, seen, cancellation))
                        {
                            yield return missed;
                        }
                    }
                }
            }
        }
        finally
        {
            feed.Part(followed, follower);
        }
    }

    // Until there is nothing more at the moment.
    private async IAsyncEnumerable<NewsItem> ReadAsync(
        RunId run, Place seen, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (!seen.IsEnd
            && await agents.ReadFactsAsync([new RunPlace(run, seen.Version)], PageSize, cancellation) is [var news])
        {
            yield return seen.After(Frames.Of(news.Facts));
        }
    }

    /// <summary>How far a follower has come.</summary>
    private sealed class Place
    {
        public required long Version { get; set; }

        public bool IsEnd { get; private set; }

        public NewsItem After(NewsItem item)
        {
            (Version, IsEnd) = (item.Last, item.IsEnd);
            return item;
        }
    }
}
