using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Silo.Wire;

namespace Orleans.Agents.Silo.Runs;

/// <summary>Asks the grains of runs, and says in the words of the engine when nobody answers.</summary>
internal static class RunGrainCalls
{
    /// <summary>The stable name of a grain that does not answer.</summary>
    public const string Unavailable = "cluster.unavailable";

    /// <summary>Asks a run's grain.</summary>
    /// <exception cref="StoreException">
    /// Nobody answers, or nothing that is understood. It may have been done all the same; every call may be repeated.
    /// </exception>
    public static async Task<RunReply> AskAsync(
        this IGrainFactory grains, RunId run, RunCall call, CancellationToken cancellation)
    {
        var envelope = Envelope.Of(call, SiloJson.Default.RunCall);
        try
        {
            var reply = await grains.GetGrain<IRunGrain>(run.Value).AskAsync(envelope).WaitAsync(cancellation);
            return reply.Read(SiloJson.Default.RunReply);
        }
        catch (Exception nobody) when (nobody is OrleansException or TimeoutException)
        {
            throw new StoreException(
                Unavailable, $"The silo of run {run} does not answer: {nobody.Message}", isTransient: true, nobody);
        }
        catch (UnknownMessageException unknown)
        {
            throw unknown.ToStore();
        }
    }
}
