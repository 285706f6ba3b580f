using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Runs;
using Orleans.Agents.Silo.Wire;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Orleans.Agents.Silo.Hints;

/// <summary>
/// The way of this silo's hints into one stream. What is stored while an item is on its way goes together in the next, and where
/// nobody listens nothing is sent.
/// </summary>
internal sealed class HintOutlet(
    int number,
    IAsyncStream<Envelope> stream,
    IStreamSubscriptionManager subscriptions,
    TimeProvider time,
    ILogger logger)
{
    private const int RunsPerItem = 1_000;
    private const int MostTries = 10;

    // What is stored within so short a time travels together.
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<RunId, long> pending = new();
    private readonly Channel<bool> bell =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private bool isHeard;
    private long askedAt;
    private long quietUntil;

    /// <summary>For how long it is believed whether anybody listens; who comes meanwhile waits for its first hints as long.</summary>
    public static TimeSpan Believed { get; } = TimeSpan.FromSeconds(0.5);

    /// <summary>A run has come to a version. Returns at once, and sooner where nobody listens.</summary>
    public void Add(RunId run, long version)
    {
        if (time.GetTimestamp() >= Volatile.Read(ref quietUntil))
        {
            pending[run] = version;
            bell.Writer.TryWrite(true);
        }
    }

    /// <summary>Sends what there is until it is told to stop.</summary>
    public async Task SendAsync(CancellationToken stop)
    {
        try
        {
            while (await bell.Reader.WaitToReadAsync(stop))
            {
                bell.Reader.TryRead(out _);
                await SendPendingAsync();
                await Task.Delay(Together, time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>
    /// Removes the subscriptions of a silo that is gone. Who delivers would try for a minute, and they would count as somebody
    /// who listens.
    /// </summary>
    public async Task ForgetAsync(SiloAddress silo, CancellationToken stop)
    {
        try
        {
            for (var tries = 0; tries < MostTries && !await TryForgetAsync(silo.ToParsableString()); tries++)
            {
                await Task.Delay(Believed, time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    // Each silo listens as the client that it hosts, which is named like it.
    private async Task<bool> TryForgetAsync(string silo)
    {
        try
        {
            foreach (var left in await subscriptions.GetSubscriptions(HintStreams.Provider, stream.StreamId))
            {
                if (left.GrainId.Key.ToString()?.Contains(silo, StringComparison.Ordinal) is true)
                {
                    await subscriptions.RemoveSubscription(HintStreams.Provider, stream.StreamId, left.SubscriptionId);
                }
            }

            return true;
        }
        catch (Exception lost) when (HintStreams.IsLoss(lost))
        {
            logger.HintsLost(number, lost.Message);
            return false;
        }
    }

    private async Task SendPendingAsync()
    {
        try
        {
            isHeard = await IsHeardAsync();
            while (isHeard && Take() is { Count: > 0 } runs)
            {
                await stream.OnNextAsync(Envelope.Of(new HintItem(runs), SiloJson.Default.HintItem));
            }
        }
        catch (Exception lost) when (HintStreams.IsLoss(lost))
        {
            // Who listens looks into the journal now and then, whatever was lost here.
            isHeard = false;
            askedAt = time.GetTimestamp();
            logger.HintsLost(number, lost.Message);
        }

        if (!isHeard)
        {
            Volatile.Write(ref quietUntil, askedAt + (long)(Believed.TotalSeconds * time.TimestampFrequency));
            pending.Clear();
        }
    }

    private async ValueTask<bool> IsHeardAsync()
    {
        if (askedAt != 0 && time.GetElapsedTime(askedAt) < Believed)
        {
            return isHeard;
        }

        askedAt = time.GetTimestamp();
        return (await subscriptions.GetSubscriptions(HintStreams.Provider, stream.StreamId)).Any();
    }

    private Dictionary<string, long> Take()
    {
        var runs = new Dictionary<string, long>();
        foreach (var run in pending.Keys)
        {
            if (runs.Count < RunsPerItem && pending.TryRemove(run, out var version))
            {
                runs.Add(run.Value, version);
            }
        }

        return runs;
    }
}
