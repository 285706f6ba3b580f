using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Agents.Definitions;
using Orleans.Agents.Faults;
using Orleans.Agents.Forks;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;
using Orleans.Agents.Storage.Tests.Crashes;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Storage.Tests.Forks;

/// <summary>What a store keeps of a forked run is its own: it is born once, whoever dies, and needs nothing of the other.</summary>
public abstract class ForkConformance
{
    private const int Large = RunLimits.InlineBytes + 1;

    private const string Yaml = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: read
          states:
            read: { tool: test.read, save: { page: "${{ output }}", word: a }, next: hear }
            hear: { wait: { signal: go }, save: { told: "${{ output }}" }, next: done }
            done: { end: [ "${{ size(context.page) }}", "${{ context.word }}", "${{ context.told }}" ] }
        """;

    private static readonly RunId First = new("run-first");
    private static readonly RunId Fork = new("run-fork");

    protected abstract ITestDatabase Create();

    [Theory]
    [InlineData(DeathPoint.BeforeSend)]
    [InlineData(DeathPoint.AfterCommit)]
    public async Task A_process_that_dies_while_it_forks_leaves_one_fork_or_none_and_asked_again_there_is_one(DeathPoint point)
    {
        using var database = Create();
        var version = await StartFirstAsync(database);
        var request = new ForkRequest(First, version, Fork, Payload.Parse("""{"word":"b"}"""));
        var death = new Death(point, 1);
        var mortal = database.Open();
        var dying = await OpenAsync(new MortalStore(mortal, death));
        _ = dying.ForkAsync(request);
        await death.Came.WaitAsync(TimeSpan.FromMinutes(1));
        await mortal.DisposeAsync();

        await using var engine = await OpenAsync(database.Open());
        var again = Assert.IsType<StartResult.Started>(await engine.ForkAsync(request));

        Assert.Equal((Fork, point == DeathPoint.BeforeSend), (again.Run, again.IsNew));
        Assert.Equal($"""[{Large},"b",2]""", await EndAsync(engine, Fork, "2"));
        Assert.Equal([Fork, First], (await engine.ListAsync(new RunQuery())).Select(run => run.Id));
    }

    [Fact]
    public async Task A_fork_keeps_what_is_large_when_the_other_run_has_ended_and_was_pruned()
    {
        using var database = Create();
        var version = await StartFirstAsync(database);
        await using (var engine = await OpenAsync(database.Open()))
        {
            Assert.True(Assert.IsType<StartResult.Started>(await engine.ForkAsync(new ForkRequest(First, version, Fork))).IsNew);
            Assert.Equal($"""[{Large},"a",1]""", await EndAsync(engine, First, "1"));
        }

        await using (var store = database.Open())
        {
            await store.Runs.PruneAsync(new PruneRule(null, 0), default);
            Assert.True(await store.Runs.WasPrunedAsync(First, default));
        }

        await using var next = await OpenAsync(database.Open());
        Assert.Equal($"""[{Large},"a",2]""", await EndAsync(next, Fork, "2"));
    }

    // It stands where it waits, and nobody carries it.
    private static async Task<long> StartFirstAsync(ITestDatabase database)
    {
        await using var engine = await OpenAsync(database.Open());
        await engine.StartRunAsync(new StartRequest("test", Payload.EmptyObject, Run: First));
        while ((await engine.FindAsync(First))!.State.Awaited is null)
        {
            await Task.Delay(5);
        }

        return (await engine.FindAsync(First))!.State.Version;
    }

    private static async Task<string> EndAsync(AgentsEngine engine, RunId run, string told)
    {
        await engine.SignalAsync(run, "go", Payload.Parse(told), "go-1");
        return (await engine.WaitForEndAsync(run).WaitAsync(TimeSpan.FromMinutes(1))).Output.ToString();
    }

    private static async Task<AgentsEngine> OpenAsync(IStore store)
    {
        var tools = new ToolRegistry().AddRange([Read]);
        var engine = new AgentsEngine(
            store,
            new ModelRegistry(),
            tools,
            new EngineOptions { KeeperInterval = TimeSpan.FromMilliseconds(20) },
            TimeProvider.System,
            FaultPlan.None,
            NullLogger<AgentsEngine>.Instance);
        await engine.StartAsync();
        var loaded = DefinitionLoader.LoadTexts(
            [new DefinitionText("fork.yaml", Yaml)], new DefinitionHost(tools.All, []), LoadOptions.Lenient);
        Assert.False(loaded.HasErrors, string.Join('\n', loaded.Diagnostics));
        await engine.PublishAsync(loaded.Definitions["test"]);
        return engine;
    }

    private static Tool Read => new(
        "test.read",
        "Reads what is large.",
        Payload.Parse("true"),
        null,
        ToolEffect.Idempotent,
        [],
        static (_, _) => ValueTask.FromResult<ToolResult>(
            new ToolResult.Succeeded(Payload.Parse($"\"{new string('p', Large)}\""))));
}

public sealed class MemoryForkTests : ForkConformance
{
    protected override ITestDatabase Create() => new MemoryTestDatabase();
}

public sealed class SqliteForkTests : ForkConformance
{
    protected override ITestDatabase Create() => new SqliteTestDatabase();
}

public sealed class PostgresForkTests : ForkConformance
{
    protected override ITestDatabase Create() => new PostgresTestDatabase();
}
