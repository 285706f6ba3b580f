using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Agents.Definitions;
using Orleans.Agents.Engine.Tests.Definitions;
using Orleans.Agents.Faults;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;
using Orleans.Agents.Testing;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.FlatMachines;

/// <summary>Runs FlatMachine files as they are, with a scripted model under the names that they ask for.</summary>
internal sealed class FlatHouse
{
    private readonly List<Tool> tools = [];
    private readonly TaskCompletionSource hangs = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FlatHouse() => (Model, Database) = (new ScriptedModel(), new MemoryDatabase());

    /// <summary>A house with the same model and store, and handlers of its own.</summary>
    public FlatHouse(FlatHouse other) => (Model, Database) = (other.Model, other.Database);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static string Folder { get; } =
        Path.Combine(Samples.Root, "tests", "Orleans.Agents.Engine.Tests", "Conformance", "flatmachines-1.1.1");

    public ScriptedModel Model { get; }

    public MemoryDatabase Database { get; }

    /// <summary>A handler for an action: from the input it gets, the context in it, to what it changes.</summary>
    public FlatHouse Action(string name, Func<Value, string> body)
    {
        tools.Add(Runs.House.Tool(
            name, (call, _) => Task.FromResult(Runs.House.Ok(body(Value.From(call.Input))))));
        return this;
    }

    /// <summary>A handler that does not come back before it is cancelled.</summary>
    public FlatHouse Hanging(string name)
    {
        tools.Add(Runs.House.Tool(name, async (_, cancellation) =>
        {
            hangs.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
            return Runs.House.Ok();
        }));
        return this;
    }

    /// <summary>The same answer, as often as it is asked for.</summary>
    public FlatHouse Always(string agent, Func<AgentRequest, string> answer)
    {
        for (var i = 0; i < 100; i++)
        {
            Model.Answers(agent, answer);
        }

        return this;
    }

    public FlatHouse Says(string agent, params ReadOnlySpan<string> answers)
    {
        foreach (var answer in answers)
        {
            Model.Answers(agent, answer);
        }

        return this;
    }

    public LoadResult Load(string file) => DefinitionLoader.Load([Path.Combine(Folder, file)], Host, LoadOptions.Lenient);

    public LoadResult LoadText(string yaml, string name = "machine.yml") =>
        DefinitionLoader.LoadTexts([new DefinitionText(name, yaml)], Host, LoadOptions.Lenient);

    /// <summary>Runs a machine of the conformance files to its end.</summary>
    public Task<RunState> RunAsync(string file, string input = "{}") => RunAsync(Load(file), input);

    public Task<RunState> RunTextAsync(string yaml, string input = "{}") => RunAsync(LoadText(yaml), input);

    public async Task<RunState> RunAsync(LoadResult loaded, string input)
    {
        await using var engine = await OpenAsync();
        var run = await StartAsync(engine, loaded, input);
        return await engine.WaitForEndAsync(run).WaitAsync(Patience);
    }

    /// <summary>Starts a machine, and stops its process while a handler hangs.</summary>
    public async Task<RunId> StopWhileHangingAsync(LoadResult loaded)
    {
        await using var engine = await OpenAsync();
        var run = await StartAsync(engine, loaded, "{}");
        await hangs.Task.WaitAsync(Patience);
        return run;
    }

    /// <summary>Carries a run on that another process has let go.</summary>
    public async Task<RunState> CarryOnAsync(RunId run)
    {
        await using var engine = await OpenAsync();
        return await engine.WaitForEndAsync(run).WaitAsync(Patience);
    }

    private async Task<AgentsEngine> OpenAsync()
    {
        var engine = new AgentsEngine(
            new MemoryStore(Database),
            Models(),
            new ToolRegistry().AddRange(BuiltInTools.All).AddRange(tools),
            new EngineOptions { KeeperInterval = TimeSpan.FromMilliseconds(20) },
            TimeProvider.System,
            FaultPlan.None,
            NullLogger<AgentsEngine>.Instance);
        await engine.StartAsync();
        return engine;
    }

    private static async Task<RunId> StartAsync(AgentsEngine engine, LoadResult loaded, string input)
    {
        Assert.False(loaded.HasErrors, string.Join('\n', loaded.Diagnostics));
        var main = loaded.Definitions.Values.First(d => !loaded.ReferredTo.Contains(d.Workflow.Name));
        await engine.PublishAsync(main);
        return Assert.IsType<StartResult.Started>(
            await engine.StartRunAsync(new StartRequest(main.Workflow.Name, Payload.Parse(input)))).Run;
    }

    private DefinitionHost Host => new([.. BuiltInTools.All, .. tools], [.. Models().Names]);

    private ModelRegistry Models()
    {
        var models = new ModelRegistry();
        models.Add("cerebras/zai-glm-4.7", Model);
        models.Add("cerebras/zai-glm-4.6", Model);
        models.Add("openai/gpt-4o-mini", Model);
        models.Add("scripted", Model);
        return models;
    }
}
