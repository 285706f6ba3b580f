using System.Text;
using System.Text.Json;
using Orleans.Agents.Definitions;
using Orleans.Agents.Engine.Tests.Runs;
using Orleans.Agents.Journal;
using Orleans.Agents.Replays;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Replays;

/// <summary>Runs that an engine carried are decided again from what its store has of them.</summary>
public sealed class ReplayTests
{
    private const string Family = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: read
          states:
            read: { tool: test.read, save: { page: "${{ output }}" }, next: fan }
            fan:
              foreach: { in: [1, 2, 3], as: n, limit: 2, on_failure: collect }
              do: { tool: test.work, input: "${{ n }}", retry: { attempts: 2, backoff: 1ms, on: [transient] } }
              save: { all: "${{ output }}" }
              next: ask
            ask: { workflow: leaf, input: "${{ context.all }}", next: tell }
            tell: { launch: { workflow: leaf, input: told }, next: done }
            done: { end: "${{ context.all }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: leaf }
        spec:
          start: rest
          states:
            rest: { wait: { duration: 1ms }, next: done }
            done: { end: "${{ input }}" }
        """;

    private readonly MemoryDatabase database = new();

    [Fact]
    public async Task Every_run_of_a_tree_is_decided_the_same_across_processes()
    {
        RunId run;
        await using (var first = await OpenAsync(new TaskCompletionSource().Task))
        {
            run = await first.StartAsync();
            await House.UntilAsync(first, run, state => state.FanOut is { Succeeded: 2 });
        }

        await using var house = await OpenAsync(Task.CompletedTask);
        await house.EndAsync(run);
        await house.EndAsync(new RunId($"{run}~4.0"));

        foreach (var one in database.InOrder.Select(one => one.Record))
        {
            var replayed = (await Replays().ReplayAsync(one.Id))!;
            Assert.True(replayed.Difference is null, $"{one.Id}: {replayed.Difference}");
            Assert.Empty(replayed.Unverified);
            Assert.Equal((one.Version, true), (replayed.Version, replayed.State.IsOver));
            Assert.Equal((await house.Engine.FindAsync(one.Id))!.State.Output, replayed.State.Output);
        }

        Assert.Equal(3, database.InOrder.Count);
    }

    [Fact]
    public async Task A_run_is_compared_under_another_definition_and_nothing_is_done_for_it()
    {
        await using var house = await OpenAsync(Task.CompletedTask);
        var run = await house.StartAsync();
        await house.EndAsync(run);
        var before = database.InOrder.Count;
        var changed = Family.Replace(
            "done: { end: \"${{ context.all }}\" }", "done: { end: \"${{ size(context.all) }}\" }", StringComparison.Ordinal);
        var loaded = DefinitionLoader.LoadTexts(
            [new DefinitionText("test.yaml", changed)],
            new DefinitionHost([House.Tool("test.read", NotCalled), House.Tool("test.work", NotCalled)], []),
            LoadOptions.Lenient);

        var compared = (await Replays().CompareAsync(run, loaded.Definitions["test"].Workflow))!;

        Assert.Equal(("run.succeeded", "/output"), (compared.Difference!.RecordedType, compared.Difference.Field));
        Assert.Equal(("3", 0), (compared.State.Output.ToString(), compared.Missing.Length));
        Assert.Equal(before, database.InOrder.Count);
    }

    [Fact]
    public async Task A_fact_that_was_changed_in_the_store_is_named()
    {
        await using var house = await OpenAsync(Task.CompletedTask);
        var run = await house.StartAsync();
        await house.EndAsync(run);
        var appends = database.InOrder[0].Appends;
        var place = appends.FindIndex(append => Text(append).Contains("activity.retry_scheduled", StringComparison.Ordinal));
        appends[place] = appends[place] with
        {
            Events = Encoding.UTF8.GetBytes(Text(appends[place]).Replace("\"attempt\":2", "\"attempt\":3", StringComparison.Ordinal)),
        };

        var replayed = (await Replays().ReplayAsync(run))!;

        Assert.Equal(("/attempt", appends[place].Version), (replayed.Difference!.Field, replayed.Difference.Append));
        Assert.Equal((Payload.Parse("3"), Payload.Parse("2")), (replayed.Difference.Recorded, replayed.Difference.Decided));
        Assert.Equal(place + 1, replayed.Appends);
    }

    [Fact]
    public async Task A_snapshot_that_is_not_what_the_facts_make_of_the_run_is_named()
    {
        RunId run;
        await using (var house = await OpenAsync(new TaskCompletionSource().Task))
        {
            run = await house.StartAsync();
            await House.UntilAsync(house, run, state => state.FanOut is { Succeeded: 2 });
        }

        var stored = database.InOrder[0];
        var state = (await Replays().ReplayAsync(run))!;
        Assert.True(state.Difference is null, $"{state.Difference}");
        stored.Snapshot = new RunSnapshot(state.Version, JsonSerializer.SerializeToUtf8Bytes(state.State, RunJson.Default.RunState));
        Assert.Null((await Replays().ReplayAsync(run))!.Difference);
        var changed = JsonSerializer.SerializeToUtf8Bytes(state.State with { ActivitiesUsed = 99 }, RunJson.Default.RunState);
        stored.Snapshot = new RunSnapshot(state.Version, changed);

        var replayed = (await Replays().ReplayAsync(run))!;

        Assert.Equal(("snapshot", "/activities_used", "99"), (
            replayed.Difference!.RecordedType, replayed.Difference.Field, $"{replayed.Difference.Recorded}"));
    }

    [Fact]
    public async Task A_run_that_is_not_there_or_was_pruned_is_not_replayed()
    {
        await using var house = await OpenAsync(Task.CompletedTask);
        var run = await house.StartAsync();
        await house.EndAsync(run);
        await using var store = new MemoryStore(database);
        await store.Runs.PruneAsync(new PruneRule(null, 0), default);

        Assert.Null(await Replays().ReplayAsync(new RunId("nobody")));
        Assert.Equal("history.pruned", (await Assert.ThrowsAsync<HistoryException>(() => Replays().ReplayAsync(run))).Code);
    }

    private static Task<ToolResult> NotCalled(ToolCall call, CancellationToken cancellation) => throw new NotSupportedException();

    private static string Text(StoredAppend append) => Encoding.UTF8.GetString(append.Events.Span);

    private RunReplays Replays() => new(new MemoryStore(database));

    // The second item fails once; the third waits for what a test says. What is read is a blob of the run.
    private Task<House> OpenAsync(Task third)
    {
        var failed = false;
        return House.OpenAsync(
            new MemoryStore(database),
            Family,
            null,
            null,
            House.Tool("test.read", (_, _) => Task.FromResult(House.Ok($"\"{new string('x', 40_000)}\""))),
            House.Tool("test.work", async (call, cancellation) =>
            {
                var input = call.Input.ToString();
                if (input == "3")
                {
                    await third.WaitAsync(cancellation);
                }

                var isFirst = input == "2" && !failed;
                failed |= isFirst;
                return isFirst ? House.Busy() : House.Ok(input);
            }));
    }
}
