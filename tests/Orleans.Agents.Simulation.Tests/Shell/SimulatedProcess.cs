using Microsoft.Extensions.Logging;
using Orleans.Agents.Faults;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;
using Orleans.Agents.Simulation.Tests.Workflows;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Simulation.Tests.Shell;

/// <summary>
/// One process of ring 2 with a whole engine in it. All its continuations and dispatched work stand in one queue, of
/// which the world takes one at a time, in any order. A process that dies is never asked again.
/// </summary>
internal sealed class SimulatedProcess : SynchronizationContext
{
    private readonly ShellWorld world;
    private readonly List<Action> queue = [];
    private readonly int thread = Environment.CurrentManagedThreadId;

    public SimulatedProcess(ShellWorld world, int number, EngineOptions options)
    {
        this.world = world;
        Number = number;
        Clock = new SimulatedClock(world, this);
        Memory = new MemoryStore(world.Database);
        var models = new ModelRegistry();
        models.Add(Plot.Model, new SimulatedModel(world, this));
        var tools = new ToolRegistry();
        tools.Add(Plot.ToolOf((call, cancellation) => world.Works.DoAsync(this, call, isOnce: false, cancellation)));
        tools.Add(Plot.OnceToolOf(
            (call, cancellation) => world.Works.DoAsync(this, call, isOnce: true, cancellation),
            (call, _) => ValueTask.FromResult(world.Works.Reconcile(this, call))));
        Engine = new AgentsEngine(
            world.Plant.AtTheProcess(new SimulatedStore(world, this, world.Plant.AtTheDatabase(world.Database, Memory))),
            models,
            tools,
            options,
            Clock,
            FaultPlan.None,
            new TraceLogger(world.Trace, number),
            Dispatch);
    }

    public int Number { get; }

    public AgentsEngine Engine { get; }

    public SimulatedClock Clock { get; }

    /// <summary>Its connection to the database; closed when the process is gone.</summary>
    public MemoryStore Memory { get; }

    /// <summary>The epochs it took.</summary>
    public List<Epoch> Epochs { get; } = [];

    /// <summary>The hosts it has had.</summary>
    public List<RunHost> Hosts { get; } = [];

    /// <summary>Whether it can be asked to do something.</summary>
    public bool IsUp { get; set; }

    /// <summary>Whether it was told to stop.</summary>
    public bool IsStopping { get; set; }

    /// <summary>Since when it stands still.</summary>
    public TimeSpan? PausedAt { get; set; }

    public bool IsDead { get; private set; }

    /// <summary>Whether there is something it could do now.</summary>
    public bool IsReady => !IsDead && PausedAt is null && queue.Count > 0;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (Environment.CurrentManagedThreadId == thread)
        {
            Enqueue(() => d(state));
        }
        else if (!IsDead)
        {
            // What is left of the dead is seen to by the finalizer; from others nothing may come by another way.
            world.Fail(new InvalidOperationException($"Something of process {Number} ran on a thread of its own."));
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException();

    public override SynchronizationContext CreateCopy() => this;

    public void Enqueue(Action work)
    {
        if (!IsDead)
        {
            queue.Add(work);
        }
    }

    /// <summary>The host that a run has here, or had last; null when it had none.</summary>
    public RunHost? HostOf(RunId run) => Hosts.FindLast(host => host.Id == run);

    /// <summary>Starts something in the process, as a caller of the engine would.</summary>
    public void Call(Func<Task> work) => Enqueue(() => _ = work());

    /// <summary>Does one of the things that wait to be done.</summary>
    public void DoOne(Random chance)
    {
        var at = chance.Next(queue.Count);
        var work = queue[at];
        queue.RemoveAt(at);
        SetSynchronizationContext(this);
        try
        {
            work();
        }
        finally
        {
            SetSynchronizationContext(null);
        }
    }

    /// <summary>The process is gone, and with it everything it had in memory.</summary>
    public void Die()
    {
        IsDead = true;
        IsUp = false;
        queue.Clear();
        Clock.Stop();
        Memory.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private void Dispatch(IThreadPoolWorkItem item)
    {
        if (item is RunHost host && !Hosts.Contains(host))
        {
            Hosts.Add(host);
        }

        Enqueue(item.Execute);
    }

    private sealed class TraceLogger(Trace trace, int process) : ILogger<AgentsEngine>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => trace.IsKept;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            trace.Add($"    {process} says: {formatter(state, exception)} {exception?.Message}");
    }
}
