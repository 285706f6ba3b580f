using System.Collections.Immutable;
using Orleans.Agents.Activities.Lending;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>Attempts that were offered to another process.</summary>
public sealed class LoanTests
{
    private const string Each = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: each
          states:
            each: { foreach: { in: "${{ input }}", as: item }, do: { tool: test.work, input: "${{ item }}" }, save: { all: "${{ output }}" }, next: done }
            done: { end: "${{ context.all }}" }
        """;

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task They_are_made_here_when_the_other_fails_in_whatever_way(int taken)
    {
        await using var house = await House.OpenAsync(
            new HostWith(new Failing(taken)),
            new MemoryStore(),
            Each,
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

    internal sealed class HostWith(IOtherLanes others) : IEngineHost
    {
        public IOtherLanes OtherLanes => others;

        public IAgentGate GateFor(EngineOptions options, TimeProvider time) => EmbeddedHost.Instance.GateFor(options, time);

        public void OnCarried(RunId run)
        {
        }

        public Task OnEpochAsync(Epoch epoch, CancellationToken cancellation) => Task.CompletedTask;

        public bool GoesOnAfter(Epoch fenced) => true;

        public Task OnFencedAsync(ImmutableArray<Epoch> epochs, CancellationToken cancellation) => Task.CompletedTask;
    }
}
