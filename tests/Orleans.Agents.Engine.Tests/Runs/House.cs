using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Agents.Definitions;
using Orleans.Agents.Failures;
using Orleans.Agents.Faults;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;
using Orleans.Agents.Testing;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>An engine in a test, with a scripted model and a tool that a test can hold up.</summary>
internal sealed class House : IAsyncDisposable
{
    private House(AgentsEngine engine, ScriptedModel model) => (Engine, Model) = (engine, model);

    public AgentsEngine Engine { get; }

    public ScriptedModel Model { get; }

    public static Task<House> OpenAsync(
        IStore store,
        string? yaml = null,
        TimeProvider? time = null,
        Action<EngineOptions>? configure = null,
        params Tool[] tools) =>
        OpenAsync(EmbeddedHost.Instance, store, yaml, time, configure, tools);

    public static async Task<House> OpenAsync(
        IEngineHost process,
        IStore store,
        string? yaml = null,
        TimeProvider? time = null,
        Action<EngineOptions>? configure = null,
        params Tool[] tools)
    {
        var model = new ScriptedModel();
        var models = new ModelRegistry();
        models.Add("scripted", model);
        var registry = new ToolRegistry().AddRange(BuiltInTools.All).AddRange(tools);
        // A test that turns a clock finds no timer of a start among those it waits for.
        var options = new EngineOptions { KeeperInterval = TimeSpan.FromMilliseconds(20), LongestStartWait = TimeSpan.FromDays(7) };
        configure?.Invoke(options);
        var engine = new AgentsEngine(
            store,
            models,
            registry,
            options,
            time ?? TimeProvider.System,
            FaultPlan.None,
            NullLogger<AgentsEngine>.Instance,
            Dispatching.ToThreadPool,
            process);
        await engine.StartAsync();
        if (yaml is not null)
        {
            var loaded = DefinitionLoader.LoadTexts(
                [new DefinitionText("test.yaml", yaml)],
                new DefinitionHost(registry.All, [.. models.Names]),
                LoadOptions.Lenient);
            Assert.False(loaded.HasErrors, string.Join('\n', loaded.Diagnostics));
            foreach (var definition in loaded.Definitions.Values)
            {
                await engine.PublishAsync(definition);
            }
        }

        return new House(engine, model);
    }

    public static Tool Tool(string name, Func<ToolCall, CancellationToken, Task<ToolResult>> body) => new(
        name,
        "A tool of a test.",
        Payload.Parse("true"),
        null,
        ToolEffect.Idempotent,
        [],
        async (call, cancellation) => await body(call, cancellation));

    public static ToolResult Ok(string json = "null") => new ToolResult.Succeeded(Payload.Parse(json));

    public static ToolResult Busy() => new ToolResult.Failed(new Failure(FailureClass.Transient, "tool.busy", "busy"));

    public async Task<RunId> StartAsync(string input = "{}", string? key = null, RunId? run = null)
    {
        var started = await Engine.StartRunAsync(new StartRequest("test", Payload.Parse(input), key, run));
        return Assert.IsType<StartResult.Started>(started).Run;
    }

    public async Task<RunState> RunAsync(string input = "{}") => await EndAsync(await StartAsync(input));

    public Task<RunState> EndAsync(RunId run) => Engine.WaitForEndAsync(run).WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Looks at a run until it stands as a test wants it to.</summary>
    public static async Task<RunState> UntilAsync(House house, RunId run, Func<RunState, bool> holds)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var seen = await house.Engine.FindAsync(run);
            if (seen is { State: var state } && holds(state))
            {
                return state;
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30), $"Run {run} does not come to it: {seen?.State}");
            await Task.Delay(5);
        }
    }

    /// <summary>Waits until nobody carries a run.</summary>
    public static async Task UntilPutDownAsync(House house, RunId run)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await house.Engine.FindAsync(run, patience.Token))!.IsCarried)
        {
            await Task.Delay(5, patience.Token);
        }
    }

    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}
