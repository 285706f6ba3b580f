using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Agents.Definitions;
using Orleans.Agents.Faults;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Cli.Tests;

/// <summary>Many busy runs in a store, for processes to carry.</summary>
internal sealed class Population(int count, Workspace workspace)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Starts them and leaves them to whoever serves the store.</summary>
    public async Task StartAsync(IStore store)
    {
        await using var engine = Engine(store);
        await engine.StartAsync();
        var loaded = DefinitionLoader.Load(
            [workspace.At(workspace.Write("busy.yaml", Samples.Busy))],
            new DefinitionHost(BuiltInTools.All, [.. new ModelRegistry().Names]),
            LoadOptions.Lenient);
        Assert.Empty(loaded.Diagnostics);
        await engine.PublishAsync(loaded.Definitions["busy"]);
        foreach (var number in Enumerable.Range(0, count))
        {
            var request = new StartRequest(
                "busy", Payload.Parse($$"""{"from":{{number}}}"""), Run: Name(number), Folder: workspace.Folder);
            Assert.IsType<StartResult.Started>(await engine.StartRunAsync(request));
        }
    }

    /// <summary>Waits until all of them have counted and go round trying, so that the store is written to all the time.</summary>
    public Task UntilBusyAsync(IStore store) =>
        UntilAsync(store, runs => runs.All(r => r.Row.State == "look"), "not all runs came to try");

    /// <summary>Waits until all of them are over and checks what they ended with.</summary>
    public async Task EndsWellAsync(IStore store)
    {
        await UntilAsync(store, runs => runs.All(r => r.Row.IsOver), "not all runs came to their end");
        await using var engine = Engine(store);
        foreach (var number in Enumerable.Range(0, count))
        {
            var view = await engine.FindAsync(Name(number));
            Assert.Equal($$"""{"n":{{number + 5}},"text":"gone"}""", view!.State.Output.ToString());
        }
    }

    /// <summary>How far each of them is.</summary>
    public async Task<IReadOnlyList<long>> VersionsAsync(IStore store)
    {
        await using var closing = store;
        var versions = new List<long>();
        foreach (var number in Enumerable.Range(0, count))
        {
            versions.Add((await store.Runs.FindAsync(Name(number), CancellationToken.None))!.Version);
        }

        return versions;
    }

    private async Task UntilAsync(IStore store, Predicate<IReadOnlyList<RunRecord>> isSo, string otherwise)
    {
        var waited = Stopwatch.StartNew();
        while (!isSo(await store.Runs.ListAsync(new RunQuery(count), CancellationToken.None)))
        {
            Assert.True(waited.Elapsed < Patience, otherwise);
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    private static RunId Name(int number) => new($"busy-{number}");

    private static AgentsEngine Engine(IStore store) => new(
        store,
        new ModelRegistry(),
        new ToolRegistry().AddRange(BuiltInTools.All),
        new EngineOptions { CarriesAllRuns = false, Lanes = 0 },
        TimeProvider.System,
        FaultPlan.None,
        NullLogger<AgentsEngine>.Instance);
}
