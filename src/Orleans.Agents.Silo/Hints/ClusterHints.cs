using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Hosting;
using Orleans.Agents.Runs;
using Orleans.Agents.Silo.Wire;
using Orleans.Streams;
using Orleans.Streams.PubSub;

namespace Orleans.Agents.Silo.Hints;

/// <summary>
/// Hints between silos: those of its own runs a silo sends where somebody listens, and it listens to the streams of the runs that
/// are followed here. Its own runs it hears without any stream.
/// </summary>
internal sealed class ClusterHints(
    AgentsEngine engine,
    IServiceProvider services,
    ISiloStatusOracle silos,
    TimeProvider time,
    ILogger<ClusterHints> logger) : IRunHints, ISiloStatusListener, ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    // When grains can be asked.
    private const int AfterJoining = ServiceLifecycleStage.Active + 1;

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource leaving = new();
    private readonly Channel<bool> bell =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly int[] wanted = new int[HintStreams.Count];
    private ImmutableArray<Action<RunId, long>> listeners = [];
    private ImmutableArray<HintOutlet> outlets = [];
    private ImmutableArray<HintInlet> inlets = [];
    private Task work = Task.CompletedTask;

    /// <inheritdoc/>
    public void Listen(Action<RunId, long> listener)
    {
        engine.Listen(listener);
        ImmutableInterlocked.Update(ref listeners, (before, one) => before.Add(one), listener);
    }

    /// <inheritdoc/>
    public void Want(RunId run)
    {
        if (Interlocked.Increment(ref wanted[HintStreams.NumberOf(run)]) == 1)
        {
            bell.Writer.TryWrite(true);
        }
    }

    /// <inheritdoc/>
    public void Forgo(RunId run) => Interlocked.Decrement(ref wanted[HintStreams.NumberOf(run)]);

    /// <inheritdoc/>
    public bool AreComing(RunId run) =>
        engine.Carries(run) || (!inlets.IsEmpty && inlets[HintStreams.NumberOf(run)].IsProven);

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(ClusterHints), AfterJoining, BeginAsync, LeaveAsync);

    /// <inheritdoc/>
    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status is SiloStatus.Dead)
        {
            foreach (var inlet in inlets)
            {
                inlet.Mistrust();
            }

            foreach (var outlet in outlets)
            {
                _ = outlet.ForgetAsync(updatedSilo, leaving.Token);
            }
        }
    }

    public void Dispose() => leaving.Dispose();

    private Task BeginAsync(CancellationToken cancellation)
    {
        var provider = services.GetRequiredKeyedService<IStreamProvider>(HintStreams.Provider);
        if (!provider.TryGetStreamSubscriptionManager(out var subscriptions))
        {
            throw new InvalidOperationException("The streams of hints do not say who listens.");
        }

        var streams = Enumerable.Range(0, HintStreams.Count)
            .Select(number => provider.GetStream<Envelope>(HintStreams.IdOf(number))).ToList();
        outlets = [.. streams.Select((stream, number) => new HintOutlet(number, stream, subscriptions, time, logger))];
        inlets = [.. streams.Select((stream, number) => new HintInlet(number, stream, subscriptions, OnHints, time, logger))];
        engine.Listen((run, version) => outlets[HintStreams.NumberOf(run)].Add(run, version));
        silos.SubscribeToSiloStatusEvents(this);
        work = Task.WhenAll([.. outlets.Select(outlet => outlet.SendAsync(leaving.Token)), TendAsync(leaving.Token)]);
        return Task.CompletedTask;
    }

    private async Task TendAsync(CancellationToken stop)
    {
        try
        {
            while (await bell.Reader.WaitToReadAsync(stop))
            {
                bell.Reader.TryRead(out _);
                while (InUse() is { Count: > 0 } inUse)
                {
                    await Task.WhenAll(inUse.Select(use => use.Inlet.TendAsync(use.IsWanted)));
                    await Task.Delay(Pace, time, stop);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private List<(HintInlet Inlet, bool IsWanted)> InUse() =>
    [
        .. inlets.Select((inlet, number) => (Inlet: inlet, IsWanted: Volatile.Read(ref wanted[number]) > 0))
            .Where(use => use.IsWanted || use.Inlet.IsSubscribed),
    ];

    // What a silo that dies leaves behind is removed by the others.
    private async Task LeaveAsync(CancellationToken cancellation)
    {
        silos.UnSubscribeFromSiloStatusEvents(this);
        await leaving.CancelAsync();
        try
        {
            await Task.WhenAll([work, .. inlets.Select(inlet => inlet.LeaveAsync())]).WaitAsync(Patience, time, cancellation);
        }
        catch (Exception lost) when (lost is OrleansException or TimeoutException or OperationCanceledException)
        {
            logger.HintsNotLeft(lost.Message);
        }
    }

    private void OnHints(IReadOnlyDictionary<string, long> runs)
    {
        foreach (var listener in listeners)
        {
            foreach (var (run, version) in runs)
            {
                listener(new RunId(run), version);
            }
        }
    }
}
