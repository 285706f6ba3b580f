using Microsoft.Extensions.Logging;
using Orleans.Agents.Silo.Wire;
using Orleans.Streams;

namespace Orleans.Agents.Silo.Hints;

/// <summary>
/// Hears one stream of hints while somebody here wants to. Who listens to a stream is known to memory only, and gone with a silo
/// that dies: so it sends itself a proof every so often, and subscribes anew when none comes back.
/// </summary>
internal sealed class HintInlet(
    int number,
    IAsyncStream<Envelope> stream,
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

    /// <summary>Something happened that may have cost the subscription: a proof has to come first.</summary>
    public void Mistrust() => Volatile.Write(ref provenAt, 0);

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
            else if (subscription is null || IsDeaf)
            {
                await LeaveAsync();
                subscription = await stream.SubscribeAsync(this);
                Volatile.Write(ref subscribedAt, time.GetTimestamp());
            }

            if (subscription is not null && time.GetElapsedTime(proofSentAt) >= ProofEvery)
            {
                proofSentAt = time.GetTimestamp();
                await stream.OnNextAsync(Envelope.Of(
                    new HintItem(new Dictionary<string, long>(), proof), SiloJson.Default.HintItem));
            }
        }
        catch (Exception lost) when (lost is OrleansException or TimeoutException)
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
            Mistrust();
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

    private bool IsDeaf => time.GetElapsedTime(subscribedAt) > Doubt && !IsProven;
}
