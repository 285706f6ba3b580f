using System.Collections.Immutable;
using Orleans.Agents.Activities.Lending;
using Orleans.Agents.Journal;
using Orleans.Agents.Testing;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>The time of attempts for which there was no lane at first: a run is not charged for what others keep occupied.</summary>
public sealed class LaneWaitTests
{
    private static readonly TimeSpan Work = TimeSpan.FromSeconds(10);

    private readonly ManualClock clock = new();

    [Fact]
    public async Task Waiting_for_a_lane_is_not_active_time()
    {
        await using var house = await OpenAsync(new LendingHost(NoOtherLanes.Instance), call =>
        {
            clock.Advance(Work);
            return Task.FromResult(House.Ok(call.Input.ToString()));
        });

        var state = await house.RunAsync("[1,2,3]");

        Assert.Equal("[1,2,3]", state.Output.ToString());
        Assert.Equal(3 * Work, state.ActiveTime);
    }

    [Fact]
    public async Task Waiting_here_for_a_lane_elsewhere_is_not_active_time()
    {
        var others = new Making(clock);
        await using var house = await OpenAsync(new LendingHost(others), async call =>
        {
            clock.Advance(Work);
            await others.MakeAsync();
            return House.Ok(call.Input.ToString());
        });

        var state = await house.RunAsync("[1,2,3]");

        Assert.Equal("[1,2,3]", state.Output.ToString());
        Assert.Equal((2 * Work) + Work + Work, state.ActiveTime);
    }

    private Task<House> OpenAsync(LendingHost host, Func<ToolCall, Task<ToolResult>> work) => House.OpenAsync(
        host, new MemoryStore(), LendingHost.Each, clock, options => options.Lanes = 1, House.Tool("test.work", (call, _) => work(call)));

    /// <summary>A process that has lanes from a certain moment on, and needs as long as this one.</summary>
    private sealed class Making(ManualClock clock) : IOtherLanes, IOtherProcess
    {
        private readonly TaskCompletionSource made = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private ImmutableArray<LentAttempt> lent = [];
        private Action offer = static () => { };
        private bool hasLanes;

        /// <summary>Has lanes from now on, until it has made what it is offered.</summary>
        public Task MakeAsync()
        {
            hasLanes = true;
            offer();
            return made.Task;
        }

        public void Attach(Action offer) => this.offer = offer;

        public IOtherProcess? Next()
        {
            (var has, hasLanes) = (hasLanes, false);
            return has ? this : null;
        }

        public Task<LoanAnswer> LendAsync(ImmutableArray<LentAttempt> attempts)
        {
            lent = attempts;
            return Task.FromResult(new LoanAnswer("loan", attempts.Length));
        }

        public Task<ImmutableArray<LentReport>> CollectAsync(string loan)
        {
            clock.Advance(Work);
            made.SetResult();
            return Task.FromResult(ImmutableArray.CreateRange(
                lent.Select((attempt, place) => (LentReport)new LentReport.Succeeded(place, attempt.Input))));
        }

        public void Cancel(string loan, int place)
        {
        }
    }
}
