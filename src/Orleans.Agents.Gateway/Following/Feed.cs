using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Gateway.Following;

/// <summary>
/// Live events. The journal is the feed and everything else a hint: one loop reads what is new of all followed runs in one
/// query, at once for runs of which a hint says that something happened, every so often for those of which no hints come, and
/// now and then for all. A run's events are read and written once, however many follow it.
/// </summary>
/// <remarks>
/// Streams are ended when the application begins to stop: before the server does, which waits for open requests, and after
/// whoever is to hold the stop up.
/// </remarks>
internal sealed class Feed(
    IAgents agents, IRunHints coming, IOptions<GatewayOptions> options, TimeProvider time, ILogger<Feed> logger)
    : IHostedLifecycleService, IDisposable
{
    private const int RunsAtOnce = 1_000;
    private const int FactsAtOnce = 256;

    // So that asking takes a tenth of the time at most, however many are followed.
    private const int Rest = 10;

    // What happens within so short a time is read together.
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(5);

    private readonly ConcurrentDictionary<RunId, Followed> followed = new();
    private readonly ConcurrentDictionary<RunId, bool> hinted = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly Channel<bool> hints =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private Task loop = Task.CompletedTask;
    private int followers;
    private int isListening;

    /// <summary>How many streams there are.</summary>
    public int Followers => Volatile.Read(ref followers);

    /// <summary>Whether no new streams are begun.</summary>
    public bool IsStopping => stopping.IsCancellationRequested;

    /// <summary>Takes one of the places for streams; false when all are taken.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref followers) <= options.Value.MaxFollowers)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Gives the place back.</summary>
    public void Leave() => Interlocked.Decrement(ref followers);

    /// <summary>Follows a run from a version on that is in the journal already.</summary>
    public (Followed Run, Follower Follower) Join(RunId run, long version)
    {
        if (Interlocked.Exchange(ref isListening, 1) == 0)
        {
            coming.Listen(OnHint);
        }

        var follower = new Follower();
        while (true)
        {
            var joined = FollowedOf(run, version);
            if (joined.TryAdd(follower))
            {
                if (IsStopping)
                {
                    follower.Leave();
                }

                hints.Writer.TryWrite(true);
                return (joined, follower);
            }

            Forget(joined);
        }
    }

    /// <summary>Ends following.</summary>
    public void Part(Followed run, Follower follower)
    {
        if (run.Remove(follower))
        {
            Forget(run);
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        loop = LoopAsync(stopping.Token);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await loop;
        foreach (var run in followed.Values)
        {
            run.Close(null);
        }
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => stopping.Dispose();

    private void OnHint(RunId run, long version)
    {
        if (followed.TryGetValue(run, out var one) && version > one.Position && hinted.TryAdd(run, true))
        {
            hints.Writer.TryWrite(true);
        }
    }

    private async Task LoopAsync(CancellationToken stop)
    {
        var nextLook = time.GetTimestamp();
        var (nextLookAtAll, lastBeat) = (nextLook, nextLook);
        Task? hint = null;
        while (!stop.IsCancellationRequested)
        {
            hint ??= hints.Reader.ReadAsync(stop).AsTask();
            var due = Math.Min(nextLook, nextLookAtAll);
            await hint.WaitAsync(PauseUntil(due), time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            hint = hint.IsCompleted ? null : hint;
            var begun = time.GetTimestamp();
            if (begun >= due)
            {
                var isOfAll = begun >= nextLookAtAll;
                await LookAsync([.. followed.Values.Where(run => isOfAll || !coming.AreComing(run.Run))], stop);
                nextLook = After(options.Value.FollowInterval, begun);
                nextLookAtAll = isOfAll ? After(options.Value.HintedFollowInterval, begun) : nextLookAtAll;
            }
            else
            {
                await LookAsync(TakeHinted(), stop);
                await Task.Delay(Together, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (time.GetElapsedTime(lastBeat) >= options.Value.HeartbeatInterval)
            {
                lastBeat = begun;
                foreach (var run in followed.Values)
                {
                    run.Tell(NewsItem.Beat);
                }
            }
        }
    }

    private TimeSpan PauseUntil(long next) => followed.IsEmpty ? Timeout.InfiniteTimeSpan
        : time.GetElapsedTime(next) is { Ticks: < 0 } early ? -early
        : TimeSpan.Zero;

    private long After(TimeSpan interval, long begun)
    {
        var now = time.GetTimestamp();
        return now + Math.Max((long)(interval.TotalSeconds * time.TimestampFrequency), Rest * (now - begun));
    }

    private Followed FollowedOf(RunId run, long version)
    {
        if (followed.TryGetValue(run, out var known))
        {
            return known;
        }

        var made = new Followed(run, version);
        var one = followed.GetOrAdd(run, made);
        if (one == made)
        {
            coming.Want(run);
        }

        return one;
    }

    private void Forget(Followed run)
    {
        if (followed.TryRemove(new KeyValuePair<RunId, Followed>(run.Run, run)))
        {
            coming.Forgo(run.Run);
        }
    }

    private List<Followed> TakeHinted()
    {
        var runs = new List<Followed>();
        foreach (var run in hinted.Keys)
        {
            if (hinted.TryRemove(run, out _) && followed.TryGetValue(run, out var one))
            {
                runs.Add(one);
            }
        }

        return runs;
    }

    private async Task LookAsync(List<Followed> runs, CancellationToken stop)
    {
        foreach (var some in runs.Chunk(RunsAtOnce))
        {
            await ReadAsync(some, stop);
        }
    }

    private async Task ReadAsync(Followed[] runs, CancellationToken stop)
    {
        try
        {
            var places = runs.Select(run => new RunPlace(run.Run, run.Position)).ToImmutableArray();
            var byName = runs.ToDictionary(run => run.Run);
            foreach (var news in await agents.ReadFactsAsync(places, FactsAtOnce, stop))
            {
                Tell(byName[news.Run], news);
            }
        }
        catch (HistoryException) when (runs.Length > 1)
        {
            // One that cannot be read is no reason to keep the others waiting.
            foreach (var run in runs)
            {
                await ReadAsync([run], stop);
            }
        }
        catch (HistoryException damage)
        {
            logger.RunNotFollowed(runs[0].Run.Value, damage);
            runs[0].Close(damage);
            Forget(runs[0]);
        }
        catch (Exception problem) when (problem is StoreException or InvalidOperationException)
        {
            logger.FollowingFailed(runs.Length, problem);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The streams are ended by whoever stops this.
        }
    }

    // What did not fit into one reading is read at once, and not when all are looked at again.
    private void Tell(Followed run, NewFacts news)
    {
        var item = Frames.Of(news.Facts);
        run.Tell(item);
        if (item.IsEnd)
        {
            Forget(run);
        }
        else if (news.Facts.Length >= FactsAtOnce && hinted.TryAdd(run.Run, true))
        {
            hints.Writer.TryWrite(true);
        }
    }
}
