using System.Collections.Immutable;
using Orleans.Agents.Activities.Lending;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>Attempts that were offered to another process.</summary>
public sealed class LoanTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task They_are_made_here_when_the_other_fails_in_whatever_way(int taken)
    {
        await using var house = await House.OpenAsync(
            new LendingHost(new Failing(taken)),
            new MemoryStore(),
            LendingHost.Each,
            null,
            options => options.Lanes = 1,
            House.Tool("test.work", (call, _) => Task.FromResult(House.Ok(call.Input.ToString()))));

        var state = await house.RunAsync("[1,2,3,4]");

        Assert.Equal("[1,2,3,4]", state.Output.ToString());
    }

    /// <summary>A process whose store is away when it is offered something, or when it is asked for what it took.</summary>
    private sealed class Failing(int taken) : IOtherLanes, IOtherProcess
    {
        private bool isAsked;

        public void Attach(Action offer)
        {
        }

        public IOtherProcess? Next()
        {
            (var before, isAsked) = (isAsked, true);
            return before ? null : this;
        }

        public Task<LoanAnswer> LendAsync(ImmutableArray<LentAttempt> attempts) => taken > 0
            ? Task.FromResult(new LoanAnswer("loan", taken))
            : Task.FromException<LoanAnswer>(new StoreException("store.unavailable", "The test said so.", isTransient: true));

        public Task<ImmutableArray<LentReport>> CollectAsync(string loan) =>
            Task.FromException<ImmutableArray<LentReport>>(new InvalidOperationException("The test said so."));

        public void Cancel(string loan, int place)
        {
        }
    }
}
