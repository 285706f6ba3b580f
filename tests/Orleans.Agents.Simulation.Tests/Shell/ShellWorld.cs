using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Simulation.Tests.Workflows;

namespace Orleans.Agents.Simulation.Tests.Shell;

/// <summary>
/// Ring 2: whole engines in processes that share a database, inside one loop with one source of chance. Each step does one
/// thing: a continuation of some process, a timer, a call on its way to the database or back, an answer of a tool, or
/// something bad. What runs is the code that is shipped.
/// </summary>
internal sealed class ShellWorld
{
    private const int MaxProcesses = 3;
    private const int StepsWithFaults = 700;
    private const int StepsToEnd = 60_000;
    private const int StepsToStop = 5_000;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private readonly Random chance;
    private readonly Plot plot;
    private readonly Script script;
    private readonly List<SimulatedProcess> processes = [];
    private readonly EngineOptions options;
    private readonly People people;
    private Exception? failure;
    private int started;
    private bool isClosing;

    private ShellWorld(int seed, Plant plant, bool keepsTrace)
    {
        chance = new Random(seed);
        plot = Plot.Of(seed, hasOnce: true);
        script = new Script(seed);
        Plant = plant;
        Trace = new Trace(keepsTrace);
        Watch = new DatabaseWatch(Database, plot, Trace);
        Post = new StorePost(this, chance);
        Once = new OnceLedger(plant.RemembersCalls);
        Works = new ToolWorks(this, script, chance);
        HasStoreClock = chance.Next(2) == 0;
        options = new EngineOptions
        {
            Lanes = chance.Next(1, 4),
            ParkAfter = TimeSpan.FromSeconds(chance.Next(1, 60)),
            KeeperInterval = TimeSpan.FromSeconds(chance.Next(2, 10)),
        };
        people = new People(this, plot, chance, new Forker(this, plot, new Random(~seed)));
    }

    public MemoryDatabase Database { get; } = new();

    public DatabaseWatch Watch { get; }

    public StorePost Post { get; }

    public ToolWorks Works { get; }

    /// <summary>What calls that must not be made twice have changed in the world.</summary>
    public OnceLedger Once { get; }

    public Trace Trace { get; }

    /// <summary>The bug that is planted in it.</summary>
    public Plant Plant { get; }

    /// <summary>Whether the database has a clock that processes can go by.</summary>
    public bool HasStoreClock { get; }

    /// <summary>Whether things go wrong still.</summary>
    public bool HasFaults => Post.HasFaults;

    /// <summary>How long the world exists.</summary>
    public TimeSpan Elapsed { get; private set; }

    public DateTimeOffset Now => Undisturbed.Noon + Elapsed;

    /// <summary>Plays a seed: a while with faults, then without, and says which promise was broken first.</summary>
    public static Played Play(int seed, Plant plant, bool keepsTrace)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        var world = new ShellWorld(seed, plant, keepsTrace);
        try
        {
            world.Play();
            return new Played(world.Trace.Lines, null);
        }
        catch (BrokenInvariantException broken)
        {
            return new Played(world.Trace.Lines, broken);
        }
        catch (Exception fault)
        {
            return new Played(world.Trace.Lines, new BrokenInvariantException(Invariant.NothingBreaks, $"{fault}"));
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>Something threw where nobody would see it.</summary>
    public void Fail(Exception thrown) => failure ??= thrown;

    /// <summary>The epochs of processes that have stood still for longer than their lease.</summary>
    public IEnumerable<Epoch> MissedTheirLease() =>
        processes.FindAll(p => Elapsed - p.PausedAt > Lease).SelectMany(p => p.Epochs);

    /// <summary>Whether a process owns a run and has heard what became of all it sent about it.</summary>
    public bool KnowsAll(SimulatedProcess process, RunId run) =>
        Database.Find(run)?.Record.Owner is { } owner
        && Database.IsValid(owner)
        && process.Epochs.Contains(owner)
        && !Post.IsUncertain(process, run);

    private void Play()
    {
        for (var step = 0; step < StepsWithFaults && !IsDone; step++)
        {
            if (chance.Next(25) == 0)
            {
                Misfortune();
            }
            else
            {
                Step();
            }

            Check();
        }

        Post.HasFaults = false;
        processes.ForEach(p => p.PausedAt = null);
        for (var step = 0; !IsDone; step++)
        {
            Invariant.Check(step < StepsToEnd, Invariant.EveryRunEnds, $"{Unfinished()} although faults stopped");
            Step();
            Check();
        }

        Compare();
        Stop();
    }

    private bool IsDone => people.HaveSeenTheEnd && Database.InOrder.TrueForAll(run => run.Record.Row.IsOver);

    private string Unfinished() => string.Join(
        ", ", Database.InOrder.Select(r => $"{r.Record.Id} of {r.Record.Owner} is {r.Record.Row}").DefaultIfEmpty("nothing is started"));

    // When nothing can be done now, time goes on to the next timer; else only now and then.
    private void Step()
    {
        var ready = processes.FindAll(p => p.IsReady);
        var isIdle = ready.Count == 0 && Post.IsEmpty && !Works.IsReady;
        switch (chance.Next(20))
        {
            case 0 when processes.Count < MaxProcesses && !isClosing:
            case var _ when processes.TrueForAll(p => p.PausedAt is not null):
                Start();
                break;
            case 1 or 2 when !isClosing:
                people.Ask(processes.FindAll(p => p is { IsUp: true, PausedAt: null }));
                break;
            case 3 or 4 when Works.IsReady:
                Works.FinishOne();
                break;
            case < 10 when !Post.IsEmpty:
                Post.Advance();
                break;
            case 10 or 11 when Ring():
                break;
            case 12 when !isIdle:
                Elapsed += TimeSpan.FromMilliseconds(chance.Next(1, 2_000));
                break;
            default:
                if (ready.Count > 0)
                {
                    ready[chance.Next(ready.Count)].DoOne(chance);
                }
                else if (isIdle && !Ring())
                {
                    Wait();
                }

                break;
        }
    }

    private bool Ring() => processes.FindAll(p => p.PausedAt is null && p.Clock.NextDue() <= Elapsed) is [_, ..] due
        && due[chance.Next(due.Count)].Clock.Ring(chance);

    private void Wait()
    {
        var next = processes.FindAll(p => p.PausedAt is null).Min(p => p.Clock.NextDue());
        Elapsed = next > Elapsed ? next.Value : Elapsed + TimeSpan.FromSeconds(1);
    }

    private void Start()
    {
        var process = new SimulatedProcess(this, ++started, options);
        processes.Add(process);
        Trace.Add($"{Elapsed} process {process.Number} starts");
        Call(process, async () =>
        {
            await process.Engine.StartAsync();
            await process.Engine.PublishAsync(plot.Definition);
            process.IsUp = true;
        });
    }

    private void Call(SimulatedProcess process, Func<Task> work) => process.Call(async () =>
    {
        try
        {
            await work();
        }
        catch (StoreException unavailable) when (unavailable.IsTransient)
        {
            Kill(process); // as a program would that cannot reach its store
        }
        catch (Exception broken)
        {
            Fail(broken);
        }
    });

    private void Misfortune()
    {
        if (processes.Count == 0)
        {
            return;
        }

        var process = processes[chance.Next(processes.Count)];
        switch (chance.Next(6))
        {
            case 0:
                Kill(process);
                break;
            case 1 when process.PausedAt is null:
                process.PausedAt = Elapsed;
                Trace.Add($"{Elapsed} process {process.Number} stands still");
                break;
            case 2 when process.PausedAt is not null:
                process.PausedAt = null;
                Trace.Add($"{Elapsed} process {process.Number} goes on");
                break;
            case 3:
                process.Clock.Skew = TimeSpan.FromSeconds(chance.Next(-300, 300));
                Trace.Add($"{Elapsed} the clock of process {process.Number} is off by {process.Clock.Skew}");
                break;
            case 4 when process is { IsUp: true, PausedAt: null }:
                Stop(process);
                break;
            default:
                Elapsed += TimeSpan.FromSeconds(chance.Next(1, 40));
                break;
        }
    }

    private void Kill(SimulatedProcess process)
    {
        Trace.Add($"{Elapsed} process {process.Number} dies");
        Post.Forget(process);
        Works.Forget(process);
        processes.Remove(process);
        process.Die();
    }

    private void Stop(SimulatedProcess process)
    {
        Trace.Add($"{Elapsed} process {process.Number} is told to stop");
        process.IsUp = false;
        process.IsStopping = true;
        Call(process, async () =>
        {
            await process.Engine.DisposeAsync();
            Kill(process);
        });
    }

    private void Check()
    {
        if (failure is not null)
        {
            throw failure is BrokenInvariantException
                ? failure
                : new BrokenInvariantException(Invariant.NothingBreaks, $"{failure}");
        }

        Watch.Look();
        processes.ForEach(Watch.Look);
    }

    private void Compare()
    {
        Invariant.Check(Database.Unconsumed.Count == 0, Invariant.NothingSleeps, $"what was left for runs that are over is there still");
        foreach (var run in plot.HasTimeLimits ? [] : Database.InOrder.Where(run => run.Record.Hash == plot.Definition.Workflow.Hash))
        {
            Watch.Of(run.Record.Id).EndedLike(Undisturbed.Play(plot.Definition.Workflow, script, run.Record.Id)); // forks too
        }

        Database.InOrder.ForEach(run => Watch.Of(run.Record.Id).ReplaysTheSame());
    }

    // A process comes to rest when it is told to, whatever it is at.
    private void Stop()
    {
        isClosing = true;
        processes.FindAll(p => p.IsUp).ForEach(Stop);
        processes.FindAll(p => !p.IsStopping).ForEach(Kill);
        for (var step = 0; processes.Count > 0; step++)
        {
            Invariant.Check(step < StepsToStop, Invariant.EveryProcessStops, $"process {processes[0].Number} never came to rest");
            Step();
            Check();
        }
    }
}
