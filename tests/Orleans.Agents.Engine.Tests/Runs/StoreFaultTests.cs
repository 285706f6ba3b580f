using System.Collections.Immutable;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>The store fails, forgets to answer, or gives the run to somebody else.</summary>
public sealed class StoreFaultTests
{
    private const string Steps = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: a
          states:
            a: { tool: text.count, input: { text: one }, next: b }
            b: { tool: text.count, input: { text: one two }, save: { n: "${{ output.words }}" }, next: done }
            done: { end: "${{ context.n }}" }
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_append_that_fails_is_sent_again_until_the_store_answers(bool isStoredAllTheSame)
    {
        var store = new FaultyStore(new MemoryStore()) { Failures = 3, StoresBeforeFailing = isStoredAllTheSame };
        await using var house = await House.OpenAsync(store, Steps);

        var state = await house.RunAsync();

        Assert.Equal("2", state.Output.ToString());
        Assert.Equal(0, store.Failures);
        var events = await house.Engine.ReadEventsAsync(new RunId(state.Origin!.Run));
        Assert.Equal(events.Select(a => a.Version).Distinct().Count(), events.Length);
    }

    [Fact]
    public async Task A_run_that_another_process_owns_is_let_go()
    {
        var store = new FaultyStore(new MemoryStore()) { LosesAfter = 1 };
        await using var house = await House.OpenAsync(store, Steps, null, o => o.CarriesAllRuns = false);
        var run = await house.StartAsync();

        await store.HasLost.Task.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(RunStatus.Running, (await house.Engine.FindAsync(run))!.State.Status);
    }

    [Fact]
    public async Task A_store_that_refuses_for_good_fails_the_start_with_its_code()
    {
        var store = new FaultyStore(new MemoryStore()) { Failures = 1, IsTransient = false };
        await using var house = await House.OpenAsync(store, Steps);

        var thrown = await Assert.ThrowsAsync<StoreException>(() => house.StartAsync());

        Assert.Equal("store.test", thrown.Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_starts_a_run_is_told_when_the_store_does_not_answer_and_has_it_started_when_it_does(bool isStoredAllTheSame)
    {
        var store = new FaultyStore(new MemoryStore()) { Failures = int.MaxValue, StoresBeforeFailing = isStoredAllTheSame };
        await using var house = await House.OpenAsync(store, Steps, null, Impatient);

        var thrown = await Assert.ThrowsAsync<StoreException>(() => house.StartAsync(key: "order-1"));
        store.Failures = 0;
        var run = await house.StartAsync(key: "order-1");

        Assert.True(thrown is { Code: "store.unavailable", IsTransient: true }, thrown.ToString());
        Assert.Equal("2", (await house.EndAsync(run)).Output.ToString());
        Assert.Single(await house.Engine.ListAsync(new RunQuery()));
    }

    [Fact]
    public async Task While_many_starts_are_in_doubt_no_more_are_sent()
    {
        var store = new FaultyStore(new MemoryStore()) { Failures = int.MaxValue };
        await using var house = await House.OpenAsync(store, Steps, null, Impatient);
        var many = Enumerable.Range(0, StartsInDoubt.Most).Select(_ => house.StartAsync()).ToList();
        await Assert.ThrowsAsync<StoreException>(() => Task.WhenAll(many));

        var refused = await Assert.ThrowsAsync<StoreException>(() => house.StartAsync(run: new RunId("run-refused")));
        store.Failures = 0;
        await Task.WhenAll(await StartedAsync(house, StartsInDoubt.Most));

        Assert.Contains("not sent", refused.Message, StringComparison.Ordinal);
        Assert.Null(await house.Engine.FindAsync(new RunId("run-refused")));
    }

    [Fact]
    public async Task Who_starts_a_run_may_stop_waiting()
    {
        var store = new FaultyStore(new MemoryStore()) { Failures = int.MaxValue };
        await using var house = await House.OpenAsync(store, Steps);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => house.Engine.StartRunAsync(new StartRequest("test", Values.Payload.Parse("{}")), cancellation.Token));
    }

    [Fact]
    public async Task A_history_that_is_newer_than_this_program_is_left_alone_and_said()
    {
        var database = new MemoryDatabase();
        await using (var store = new MemoryStore(database))
        {
            var epoch = await store.Carriers.TakeAsync(isKeeper: true, default);
            await store.Definitions.SaveAsync("h", "{}"u8.ToArray(), default);
            var append = new Append(
                new RunId("run-new"), epoch, 0, 1, DateTimeOffset.UnixEpoch, """[{"type":"run.teleported"}]"""u8.ToArray(), new RunRow(RunStatus.Running, "a"))
            {
                Birth = new RunBirth("test", "h", null),
            };
            Assert.IsType<Appended.Stored>(await store.Journal.AppendAsync(append, default));
            await store.Carriers.ReleaseAsync(epoch, default);
        }

        await using var house = await House.OpenAsync(new MemoryStore(database), Steps, null, o => o.CarriesAllRuns = false);

        var thrown = await Assert.ThrowsAsync<HistoryException>(() => house.Engine.ResumeAsync(new RunId("run-new")));
        Assert.Equal("history.too_new", thrown.Code);
        Assert.Equal("2", (await house.RunAsync()).Output.ToString());
    }

    // Those that were in doubt are runs as soon as the store answers, though nobody waits for them.
    private static async Task<IEnumerable<Task<RunState>>> StartedAsync(House house, int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var page = await house.Engine.ListAsync(new RunQuery(Limit: 1000), patience.Token);
        while (page.Length < count)
        {
            await Task.Delay(5, patience.Token);
            page = await house.Engine.ListAsync(new RunQuery(Limit: 1000), patience.Token);
        }

        return page.Select(run => house.EndAsync(run.Id));
    }

    private static void Impatient(EngineOptions options) =>
        (options.LongestStartWait, options.LongestStorePause) = (TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(20));

    /// <summary>A store whose journal fails when told to.</summary>
    private sealed class FaultyStore(MemoryStore inner) : IStore, IJournal
    {
        private int appends;

        public int Failures { get; set; }

        public bool StoresBeforeFailing { get; init; }

        public bool IsTransient { get; init; } = true;

        public int LosesAfter { get; init; } = int.MaxValue;

        public TaskCompletionSource HasLost { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IJournal Journal => this;

        public IRunList Runs => inner.Runs;

        public IDefinitionStore Definitions => inner.Definitions;

        public ICarriers Carriers => inner.Carriers;

        public IInbox Inbox => inner.Inbox;

        public Task<DateTimeOffset?> NowAsync(CancellationToken cancellation) => inner.NowAsync(cancellation);

        public Task MigrateAsync(CancellationToken cancellation) => inner.MigrateAsync(cancellation);

        public async ValueTask<Appended> AppendAsync(Append append, CancellationToken cancellation)
        {
            if (appends++ >= LosesAfter)
            {
                HasLost.TrySetResult();
                return new Appended.Lost();
            }

            if (Failures > 0)
            {
                Failures--;
                if (StoresBeforeFailing)
                {
                    await inner.Journal.AppendAsync(append, cancellation);
                }

                throw new StoreException("store.test", "The test said so.", IsTransient);
            }

            return await inner.Journal.AppendAsync(append, cancellation);
        }

        public Task<ImmutableArray<RunId>> ClaimAsync(
            ImmutableArray<RunClaim> claims, Epoch epoch, CancellationToken cancellation) =>
            inner.Journal.ClaimAsync(claims, epoch, cancellation);

        public Task<ImmutableArray<RunHistory>> ReadAsync(
            ImmutableArray<RunId> runs, CancellationToken cancellation) => inner.Journal.ReadAsync(runs, cancellation);

        public Task<ImmutableArray<StoredAppend>> ReadAppendsAsync(
            RunId run, long after, int limit, CancellationToken cancellation) =>
            inner.Journal.ReadAppendsAsync(run, after, limit, cancellation);

        public Task<ImmutableArray<NewAppends>> ReadNewAsync(
            ImmutableArray<RunPlace> places, int limit, CancellationToken cancellation) =>
            inner.Journal.ReadNewAsync(places, limit, cancellation);

        public Task<ImmutableArray<Blob>> ReadBlobsAsync(ImmutableArray<BlobKey> blobs, CancellationToken cancellation) =>
            inner.Journal.ReadBlobsAsync(blobs, cancellation);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
