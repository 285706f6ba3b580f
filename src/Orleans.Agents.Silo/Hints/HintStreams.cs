using Microsoft.Extensions.DependencyInjection;
using Orleans.Agents.Runs;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Storage;
using Orleans.Streams;

namespace Orleans.Agents.Silo.Hints;

/// <summary>
/// The streams that hints travel on: a fixed number of them, kept in memory. Each run belongs to one, so that who follows few runs
/// hears few hints.
/// </summary>
internal static class HintStreams
{
    /// <summary>How many streams there are.</summary>
    public const int Count = 8;

    /// <summary>The name of their provider.</summary>
    public const string Provider = "agents-hints";

    private const string Space = "agents.hints";

    // All streams share one queue. It is asked at this pace by one silo of the cluster, also when nothing happens: this is what
    // hints cost when there are none, and what they are late at most.
    private const int Queues = 1;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    // Who delivers asks anew who listens when a stream was silent for so long; else it would never hear of those who subscribed
    // after what was known of listeners was lost with a silo. Shorter than from one proof to the next.
    private static readonly TimeSpan Lull = TimeSpan.FromSeconds(1);

    // Nobody reads old hints.
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(5);

    /// <summary>Adds the streams to a silo. Who listens to them is kept in memory too.</summary>
    public static void AddTo(ISiloBuilder silo)
    {
        // What Orleans keeps of listeners has Orleans' form, whatever the other grains of the silo have.
        silo.AddMemoryGrainStorage(Provider, storage => storage.Configure<Serializer>((options, serializer) =>
            options.GrainStorageSerializer = new OrleansGrainStorageSerializer(serializer)));
        silo.AddMemoryStreams(Provider, streams =>
        {
            streams.ConfigurePartitioning(Queues);
            streams.ConfigureStreamPubSub(StreamPubSubType.ExplicitGrainBasedOnly);
            streams.ConfigurePullingAgent(agent => agent.Configure(options =>
                (options.GetQueueMsgsTimerPeriod, options.StreamInactivityPeriod) = (Pace, Lull)));
        });
        silo.Services.Configure<StreamCacheEvictionOptions>(Provider, cache =>
            (cache.DataMinTimeInCache, cache.DataMaxAgeInCache) = (Kept, 2 * Kept));
    }

    /// <summary>The stream that hints of a run travel on; the same at every silo of every version.</summary>
    public static int NumberOf(RunId run)
    {
        var hash = 2_166_136_261u;
        foreach (var character in run.Value)
        {
            hash = (hash ^ character) * 16_777_619u;
        }

        return (int)(hash % Count);
    }

    /// <summary>Whether an exception says no more than that something was lost on its way.</summary>
    public static bool IsLoss(Exception lost) =>
        lost is OrleansException or TimeoutException
        || (lost is AggregateException several && several.InnerExceptions.All(IsLoss)); // who is asked for listeners wraps it

    /// <summary>The name of a stream.</summary>
    public static StreamId IdOf(int number) => StreamId.Create(Space, number);
}
