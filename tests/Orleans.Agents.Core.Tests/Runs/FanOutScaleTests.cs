using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>Ten times the branches cost at most twelve times as much: counted, not timed.</summary>
public sealed class FanOutScaleTests
{
    private const int Most = 12;

    [Theory]
    [InlineData(Items.DefaultLimit, Items.DefaultLimit)]
    [InlineData(RunLimits.BranchesAtOnce / 10, RunLimits.BranchesAtOnce)]
    public void Ten_thousand_branches_cost_at_most_twelve_times_a_thousand(int limit, int largeLimit)
    {
        Play(100, limit, resumeAt: null); // what is made once, at first use, is nobody's cost
        var small = Play(1_000, limit, resumeAt: null);
        var large = Play(10_000, largeLimit, resumeAt: null);

        AssertLinear(small, large);
    }

    [Fact]
    public void So_they_do_when_the_process_dies_at_nine_tenths()
    {
        Play(100, Items.DefaultLimit, resumeAt: 90);
        var small = Play(1_000, Items.DefaultLimit, resumeAt: 900);
        var large = Play(10_000, Items.DefaultLimit, resumeAt: 9_000);

        AssertLinear(small, large);
    }

    private static void AssertLinear(Cost small, Cost large)
    {
        Assert.True(large.Allocated <= Most * small.Allocated, $"allocated: {small.Allocated} and {large.Allocated} bytes");
        Assert.True(large.Stored <= Most * small.Stored, $"stored: {small.Stored} and {large.Stored} bytes");
        Assert.True(large.Kept <= 2 * large.Stored, $"kept as snapshots: {large.Kept} bytes of {large.Stored}");
        Assert.True(large.Begun <= Most * small.Begun, $"begun: {small.Begun} and {large.Begun}");
    }

    // What a carrier does with each result: decide, write, ask what changed, ask whether the run may be put down, and
    // keep a snapshot when the tail has outgrown the last one.
    private static Cost Play(int count, int limit, int? resumeAt)
    {
        var workflow = Of(ForEach("work", "done", $"[{string.Join(',', Enumerable.Range(0, count))}]", limit) with
        {
            Save = [Save("all", "\"${{ output }}\"")],
        }, End(output: "\"${{ context.all }}\"")) with
        {
            Budget = new Budget(100_000, TimeSpan.FromHours(1)),
        };
        var journal = new Journal();
        var waiting = new Queue<RunWork>();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var state = Tell(workflow, RunState.Initial, new RunCommand.Start(new RunId("run-1"), Guid.Empty, Payload.Null), journal, waiting);
        var begun = waiting.Count;
        for (var done = 0; !state.IsOver; done++)
        {
            if (done == resumeAt)
            {
                state = journal.Read();
                waiting = new Queue<RunWork>(WorkChange.Whole(workflow, state).Begun);
            }

            var (activity, attempt, _) = waiting.Dequeue().Key!.Value;
            var report = new RunCommand.ReportSuccess(activity.Visit, activity.Branch, attempt, Payload.Parse("{\"n\":1}"));
            var before = waiting.Count;
            state = Tell(workflow, state, report, journal, waiting);
            begun += waiting.Count - before;
        }

        Assert.Equal(count, Value.From(state.Output).Length);
        Assert.Equal(count, begun);
        return new Cost(GC.GetAllocatedBytesForCurrentThread() - allocated, journal.Stored, journal.Kept, begun);
    }

    private static RunState Tell(
        Workflow workflow, RunState state, RunCommand command, Journal journal, Queue<RunWork> waiting)
    {
        var decided = Assert.IsType<Decision.Accepted>(Run.Decide(workflow, state, command, Scenario.Noon));
        var change = WorkChange.Between(workflow, state, decided.Events, decided.Next);
        foreach (var work in change.Begun)
        {
            waiting.Enqueue(work);
        }

        Assert.True(decided.Next.IsOver || !Parking.IsPossible(decided.Next, Scenario.Noon, out _));
        journal.Write(decided);
        return decided.Next;
    }

    private sealed record Cost(long Allocated, long Stored, long Kept, int Begun);

    private sealed class Journal
    {
        private readonly List<byte[]> appends = [];
        private byte[] snapshot = [];
        private long tail;

        public long Stored { get; private set; }

        public long Kept { get; private set; }

        public void Write(Decision.Accepted decided)
        {
            appends.Add(JsonSerializer.SerializeToUtf8Bytes(decided.Events, RunJson.Default.ImmutableArrayRunEvent));
            tail += appends[^1].Length;
            Stored += appends[^1].Length;
            if (tail > Math.Max(snapshot.Length, 32 * 1024) && !decided.Next.IsOver)
            {
                snapshot = JsonSerializer.SerializeToUtf8Bytes(decided.Next, RunJson.Default.RunState);
                Kept += snapshot.Length;
                tail = 0;
                appends.Clear();
            }
        }

        public RunState Read()
        {
            var state = snapshot.Length == 0 ? RunState.Initial : JsonSerializer.Deserialize(snapshot, RunJson.Default.RunState)!;
            foreach (var append in appends)
            {
                ImmutableArray<RunEvent> events = JsonSerializer.Deserialize(append, RunJson.Default.ImmutableArrayRunEvent);
                state = Run.Evolve(state, events, Scenario.Noon);
            }

            return state;
        }
    }
}
