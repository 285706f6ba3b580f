using System.Collections.Concurrent;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Gateway.Tests;

/// <summary>Hints that something was stored, and events without them.</summary>
public sealed class HintTests
{
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task What_another_process_stores_is_read_when_a_hint_of_it_comes()
    {
        var hints = new ScriptedHints { AreAlwaysComing = true };
        await using var houses = await Two.OpenAsync(hints, often: Never, hinted: Never);
        houses.There.Engine.Follow((run, append) => hints.Tell(run, append.Version));

        await houses.FollowToEndAsync();
    }

    [Fact]
    public async Task Where_hints_are_said_to_come_and_every_one_is_lost_no_event_is()
    {
        await using var houses = await Two.OpenAsync(new ScriptedHints { AreAlwaysComing = true }, often: Never, hinted: Often);

        await houses.FollowToEndAsync();
    }

    [Fact]
    public async Task Where_no_hints_come_the_journal_is_asked_often()
    {
        await using var houses = await Two.OpenAsync(new ScriptedHints(), often: Often, hinted: Never);

        await houses.FollowToEndAsync();
    }

    [Fact]
    public async Task A_hint_of_what_was_seen_and_of_what_nobody_follows_is_no_reason_to_read()
    {
        var hints = new ScriptedHints { AreAlwaysComing = true };
        await using var houses = await Two.OpenAsync(hints, often: Never, hinted: Never);
        houses.There.Engine.Follow((run, append) =>
        {
            hints.Tell(new RunId("run-of-others"), 1);
            hints.Tell(run, append.Version);
            hints.Tell(run, append.Version - 1);
            hints.Tell(run, append.Version);
        });

        await houses.FollowToEndAsync();
    }

    [Fact]
    public async Task Hints_are_wanted_of_runs_that_are_followed_and_of_no_others()
    {
        var hints = new ScriptedHints();
        await using var house = await House.OpenAsync(services: services => services.Replaced<IRunHints>(hints));
        var (ended, left) = (await house.StartAsync("held"), await house.StartAsync("held"));
        await house.Gate.Reached;
        await using var first = await house.OpenStreamAsync(ended);
        await using var second = await house.OpenStreamAsync(ended);
        var third = await house.OpenStreamAsync(left);
        await hints.UntilAsync(ended, 1);
        await hints.UntilAsync(left, 1);

        await third.DisposeAsync();
        await hints.UntilAsync(left, 0);
        Assert.Equal(1, hints.WantedOf(ended));
        house.Gate.Open();
        await first.ReadToEndAsync();

        await hints.UntilAsync(ended, 0);
    }

    /// <summary>A process that carries a run, and one where it is followed.</summary>
    private sealed class Two(House there, House here) : IAsyncDisposable
    {
        public House There => there;

        public static async Task<Two> OpenAsync(ScriptedHints hints, TimeSpan often, TimeSpan hinted)
        {
            var database = new MemoryDatabase();
            return new Two(
                await House.OpenAsync(database: database),
                await House.OpenAsync(
                    gateway => (gateway.FollowInterval, gateway.HintedFollowInterval) = (often, hinted),
                    database,
                    services: services => services.Replaced<IRunHints>(hints)));
        }

        public async Task FollowToEndAsync()
        {
            var run = await there.StartAsync("held");
            await there.Gate.Reached;
            await using var stream = await here.OpenStreamAsync(run);
            var first = await stream.NextAsync();
            there.Gate.Open();

            var rest = await stream.ReadToEndAsync();

            Assert.Equal("run.succeeded", rest[^1].Type);
            Assert.Equal(Enumerable.Range(1, rest.Count + 1).Select(n => (long)n), rest.Prepend(first!).Select(fact => fact.Sequence));
        }

        public async ValueTask DisposeAsync()
        {
            await here.DisposeAsync();
            await there.DisposeAsync();
        }
    }

    private sealed class ScriptedHints : IRunHints
    {
        private readonly ConcurrentDictionary<RunId, int> wanted = [];
        private readonly List<Action<RunId, long>> listeners = [];
        private volatile TaskCompletionSource change = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool AreAlwaysComing { get; init; }

        public void Tell(RunId run, long version) => listeners.ForEach(listener => listener(run, version));

        public int WantedOf(RunId run) => wanted.GetValueOrDefault(run);

        public int WantedOf(string run) => WantedOf(new RunId(run));

        public async Task UntilAsync(string run, int times)
        {
            for (var next = change.Task; WantedOf(run) != times; next = change.Task)
            {
                await Task.WhenAny(next, Task.Delay(House.Patience));
                Assert.True(next.IsCompleted, $"hints of {run} are wanted {WantedOf(run)} times, not {times}");
            }
        }

        public void Listen(Action<RunId, long> listener) => listeners.Add(listener);

        public void Want(RunId run) => Change(run, 1);

        public void Forgo(RunId run) => Change(run, -1);

        public bool AreComing(RunId run) => AreAlwaysComing;

        private void Change(RunId run, int by)
        {
            wanted.AddOrUpdate(run, by, (_, times) => times + by);
            Interlocked.Exchange(ref change, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        }
    }
}
