using Microsoft.Extensions.Logging;
using Orleans.Agents.Silo.Wire;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Orleans.Agents.Silo.Hints;

/// <summary>
/// Hears one stream of hints while somebody here wants to. Who listens to a stream is known to memory only, and gone with a silo
/// that dies: so it sends itself a proof every so often, and subscribes anew when none comes back.
/// </summary>
internal sealed class HintInlet(
    int number,
    IAsyncStream<Envelope> stream,
    IStreamSubscriptionManager subscriptions,
    Action<IReadOnlyDictionary<string, long>> onHints,
    TimeProvider time,
    ILogger logger) : IAsyncObserver<Envelope>
{
    // Followers come and go; the subscription stays for a while.
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(10);

    // Until every silo has asked again who listens.
    private static readonly TimeSpan Unknown = 2 * HintOutlet.Believed;

    private static readonly TimeSpan ProofEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Doubt = TimeSpan.FromSeconds(5);

    private readonly string proof = Guid.NewGuid().ToString("n");
    private StreamSubscriptionHandle<Envelope>? subscription;
    private long wantedAt;
    private long subscribedAt;
    private long proofSentAt;
    private long provenAt;

    /// <summary>Whether hints come: a proof came lately, and all silos know that there is somebody.</summary>
    public bool IsProven => Volatile.Read(ref provenAt) is not 0 and var at && time.GetElapsedTime(at) < Doubt
        && time.GetElapsedTime(Volatile.Read(ref subscribedAt)) > Unknown;

    /// <summary>Whether there is a subscription, so that it has to be seen to.</summary>
    public bool IsSubscribed => subscription is not null;

    /// <summary>Something happened that may have cost the subscription: a proof has to come first, and is sent for soon.</summary>
    public void Mistrust()
    {
        Volatile.Write(ref provenAt, 0);
        Volatile.Write(ref proofSentAt, 0);
    }

    /// <summary>Makes the subscription what is wanted.</summary>
    public async Task TendAsync(bool isWanted)
    {
        try
        {
            var now = time.GetTimestamp();
            wantedAt = isWanted ? now : wantedAt;
            if (!isWanted && time.GetElapsedTime(wantedAt) > Linger)
            {
                await LeaveAsync();
            }
            else if (subscription is null || time.GetElapsedTime(Volatile.Read(ref proofSentAt)) >= ProofEvery)
            {
                Volatile.Write(ref proofSentAt, now);
                await SubscribeIfNeededAsync();
                await stream.OnNextAsync(Envelope.Of(
                    new HintItem(new Dictionary<string, long>(), proof), SiloJson.Default.HintItem));
            }
        }
        catch (Exception lost) when (HintStreams.IsLoss(lost))
        {
            logger.HintsNotHeard(number, lost.Message);
        }
    }

    /// <summary>Hears no more.</summary>
    public async Task LeaveAsync()
    {
        if (subscription is { } left)
        {
            subscription = null;
            Volatile.Write(ref provenAt, 0);
            await left.UnsubscribeAsync();
        }
    }

    /// <inheritdoc/>
    public Task OnNextAsync(Envelope item, StreamSequenceToken? token = null)
    {
        try
        {
            var hints = item.Read(SiloJson.Default.HintItem);
            if (hints.Proof == proof)
            {
                Volatile.Write(ref provenAt, time.GetTimestamp());
            }

            onHints(hints.Runs);
        }
        catch (UnknownMessageException other)
        {
            logger.HintsNotHeard(number, other.Message);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task OnErrorAsync(Exception ex)
    {
        logger.HintsNotHeard(number, ex.Message);
        return Task.CompletedTask;
    }

    // Who delivers may know it still when those who send do not any more, and the other way round.
    private async Task SubscribeIfNeededAsync()
    {
        if (subscription is not null
            && (IsProven || time.GetElapsedTime(subscribedAt) <= Doubt)
            && (await subscriptions.GetSubscriptions(HintStreams.Provider, stream.StreamId))
                .Any(one => one.SubscriptionId == subscription.HandleId))
        {
            return;
        }

        await LeaveAsync();
        subscription = await stream.SubscribeAsync(this);
        Volatile.Write(ref subscribedAt, time.GetTimestamp());
    }
}
