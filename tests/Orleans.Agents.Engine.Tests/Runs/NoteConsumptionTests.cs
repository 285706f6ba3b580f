using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Agents.Activities;
using Orleans.Agents.Activities.Lending;
using Orleans.Agents.Definitions;
using Orleans.Agents.Faults;
using Orleans.Agents.Journal;
using Orleans.Agents.Models;
using Orleans.Agents.Notes;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>What a host does with notes, whatever the run makes of them.</summary>
public sealed class NoteConsumptionTests : IAsyncLifetime
{
    private const string Resting = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: rest
          states:
            rest: { wait: { duration: 10s }, next: done }
            done: { end: rested }
        """;

    private static readonly RunId Ada = new("ada");

    private readonly List<string> consumed = [];
    private readonly List<Append> appends = [];
    private readonly TaskCompletionSource<HostEnd> ended = new();
    private HookedStore store = null!;
    private RunHost host = null!;

    public async Task InitializeAsync()
    {
        store = Hooked();
        var epoch = await store.Carriers.TakeAsync(isKeeper: true, default);
        host = MakeHost(epoch);
        var start = new RunCommand.Start(Ada, Guid.CreateVersion7(), Payload.EmptyObject);
        Assert.IsType<Told.Answered>(await host.TellAsync(start));
        await PostAsync("a");
        await PostAsync("b");
    }

    public async Task DisposeAsync() => await store.DisposeAsync();

    [Fact]
    public async Task A_note_the_run_makes_nothing_of_is_consumed_all_the_same()
    {
        host.Deliver([Nothing("a")]);
        await SettledAsync();

        Assert.Equal(["a"], consumed);
        Assert.Equal("b", Assert.Single(await store.Inbox.ReadAsync(Ada, default)).Id);
        Assert.Single(appends);
    }

    [Fact]
    public async Task A_note_is_consumed_once_however_often_and_late_it_is_delivered()
    {
        host.Deliver([Nothing("a"), Nothing("a")]);
        host.Deliver([Nothing("a")]);
        await SettledAsync();
        host.Deliver([Nothing("a"), Nothing("b")]);
        await SettledAsync();

        Assert.Equal(["a", "b"], consumed);
    }

    [Fact]
    public async Task Notes_are_consumed_with_the_append_they_lead_to_also_those_decided_beside_it()
    {
        await host.TakeOverAsync([Nothing("a"), new LeftCommand("b", new RunCommand.Cancel("enough"))]);

        Assert.Equal(["a", "b"], appends[^1].Consumed.AsEnumerable());
        Assert.Empty(consumed);
        Assert.Empty(await store.Inbox.ReadAsync(Ada, default));
        Assert.IsType<HostEnd.Over>(await ended.Task);
    }

    [Fact]
    public async Task A_new_carrier_hears_of_nothing_before_its_takeover()
    {
        var next = MakeHost(await store.Carriers.TakeAsync(isKeeper: true, default), host.State);
        next.Deliver([new LeftCommand("a", new RunCommand.Cancel("too early"))]);
        await store.Carriers.ReleaseAsync(host.Epoch, default);
        await store.Journal.ClaimAsync([new RunClaim(Ada, host.State.Version)], next.Epoch, default);
        await next.TakeOverAsync([new LeftCommand("a", new RunCommand.Cancel("in time"))]);

        Assert.Equal(2, appends.Count);
        Assert.Equal(["a"], appends[^1].Consumed.AsEnumerable());
        Assert.Contains("run.taken_over", System.Text.Encoding.UTF8.GetString(appends[^1].Events.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_asked_to_consume_again()
    {
        var failures = 2;
        store.Consuming = notes =>
        {
            consumed.AddRange(notes);
            return failures-- > 0 ? throw HookedStore.Failure(isTransient: true) : Task.CompletedTask;
        };
        host.Deliver([Nothing("a")]);
        await SettledAsync();

        Assert.Equal(["a", "a", "a"], consumed);
        Assert.Equal("b", Assert.Single(await store.Inbox.ReadAsync(Ada, default)).Id);
    }

    [Fact]
    public async Task A_host_that_may_not_consume_lets_the_run_go()
    {
        await store.Carriers.ReleaseAsync(host.Epoch, default);
        host.Deliver([Nothing("a")]);

        Assert.IsType<HostEnd.Lost>(await ended.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(2, (await store.Inbox.ReadAsync(Ada, default)).Length);
    }

    private HookedStore Hooked() => new(new MemoryStore())
    {
        Consuming = notes =>
        {
            consumed.AddRange(notes);
            return Task.CompletedTask;
        },
        Appending = append =>
        {
            appends.Add(append);
            return Task.CompletedTask;
        },
    };

    // The wait is not over: the run ignores it.
    private static LeftCommand Nothing(string note) => new(note, new RunCommand.Wake());

    // Answered after everything that was delivered before it.
    private async Task SettledAsync() => Assert.IsType<Told.Answered>(await host.TellAsync(new RunCommand.Wake()));

    private async Task PostAsync(string id) => Assert.Equal(
        new Posted.Stored(),
        await store.Inbox.PostAsync(new InboxNote(Ada, id, DateTimeOffset.UnixEpoch, "{}"u8.ToArray()), default));

    private RunHost MakeHost(Epoch epoch, RunState? state = null)
    {
        var loaded = DefinitionLoader.LoadTexts(
            [new DefinitionText("test.yaml", Resting)], new DefinitionHost([], []), LoadOptions.Lenient);
        var workflow = loaded.Definitions.Values.Single().Workflow;
        var logger = NullLogger.Instance;
        var performer = new ActivityPerformer(
            new AgentCaller(new ModelRegistry(), new ProcessAgentGate(null, TimeProvider.System), TimeProvider.System),
            new ToolCaller(new ToolRegistry()),
            FaultPlan.None,
            TimeProvider.System,
            logger);
        var services = new RunServices(
            store,
            store,
            new ActivityLanes(
                1,
                performer,
                new LateResults(store, TimeProvider.System, logger),
                NoOtherLanes.Instance,
                TimeProvider.System,
                logger,
                Dispatching.ToThreadPool),
            new EngineOptions(),
            TimeProvider.System,
            FaultPlan.None,
            logger,
            Dispatching.ToThreadPool,
            CancellationToken.None);
        return new RunHost(
            Ada, workflow, state ?? RunState.Initial, default, epoch, services, (_, end) => ended.TrySetResult(end), null);
    }
}
