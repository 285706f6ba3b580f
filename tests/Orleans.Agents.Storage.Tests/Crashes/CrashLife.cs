using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Agents.Definitions;
using Orleans.Agents.Faults;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Storage.Tests.Crashes;

/// <summary>One process: it carries its share of the runs until all is over or it dies.</summary>
/// <param name="store">Its store.</param>
/// <param name="world">What lies outside it.</param>
/// <param name="definition">What the runs are runs of.</param>
/// <param name="death">When it dies.</param>
/// <param name="share">Its share of the runs that wait for a carrier; null all.</param>
internal sealed class CrashLife(
    IStore store, CrashWorld world, Definition definition, Death death, Func<RunId, bool>? share = null)
{
    public static readonly RunId Run = new("run-1");

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Starts the run, or carries it on; says whether it saw the end of everything.</summary>
    public Task<bool> LiveAsync() => LiveAsync(SeeToTheEndAsync);

    /// <summary>Carries what is its share until somebody says that all is over; says whether it lived to hear it.</summary>
    public Task<bool> CarryAsync(Task isOver) => LiveAsync(async engine =>
    {
        await engine.StartAsync();
        await isOver;
    });

    private async Task<bool> LiveAsync(Func<AgentsEngine, Task> live)
    {
        var models = new ModelRegistry();
        models.Add("costly", world.ModelOf(death));
        var engine = new AgentsEngine(
            new MortalStore(store, death, share),
            models,
            new ToolRegistry().AddRange(world.ToolsOf(death)),
            new EngineOptions { KeeperInterval = TimeSpan.FromMilliseconds(20), ParkAfter = TimeSpan.FromMilliseconds(200) },
            TimeProvider.System,
            FaultPlan.None,
            NullLogger<AgentsEngine>.Instance);
        var ending = live(engine);
        if (await Task.WhenAny(ending, death.Came).WaitAsync(Patience) == ending)
        {
            await ending;

            // Whoever dies after its last append has seen the end in the store, and cannot say goodbye any more.
            var goodbye = engine.DisposeAsync().AsTask();
            if (await Task.WhenAny(goodbye, death.Came).WaitAsync(Patience) == goodbye)
            {
                await goodbye;
                return true;
            }
        }

        await store.DisposeAsync(); // its connections are gone, and its locks
        _ = DisposeAsync(engine);
        return false;
    }

    private async Task SeeToTheEndAsync(AgentsEngine engine)
    {
        await engine.StartAsync();
        await engine.PublishAsync(definition);
        var started = await engine.StartRunAsync(new StartRequest("test", Payload.EmptyObject, "once", Run, CorrelationId: Guid.Empty));
        Assert.Equal(Run, Assert.IsType<StartResult.Started>(started).Run);
        while ((await engine.ListAsync(new RunQuery())).Any(run => !run.Row.IsOver))
        {
            foreach (var wait in await engine.FindWaitsAsync(Run))
            {
                await TellAsync(engine, wait.Run, wait.Signal);
            }

            await Task.Delay(5);
        }
    }

    // The same signal whoever sends it: it is received once.
    private static async Task TellAsync(AgentsEngine engine, RunId run, string signal)
    {
        if (signal != "never")
        {
            await engine.SignalAsync(run, signal, Payload.Parse(signal == "news" ? "\"news\"" : """{"approved":true}"""), $"{signal}-1");
        }
    }

    // What is left of the dead may end how it likes.
    private static async Task DisposeAsync(AgentsEngine engine)
    {
        try
        {
            await engine.DisposeAsync();
        }
        catch (StoreException)
        {
            // Its database is gone.
        }
        catch (ObjectDisposedException)
        {
            // The same, said otherwise.
        }
    }
}
