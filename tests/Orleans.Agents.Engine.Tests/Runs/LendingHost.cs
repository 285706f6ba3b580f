using System.Collections.Immutable;
using Orleans.Agents.Activities.Lending;
using Orleans.Agents.Hosting;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>A process beside others, which may make attempts for it.</summary>
internal sealed class LendingHost(IOtherLanes others) : IEngineHost
{
    /// <summary>A workflow of as many attempts as it has items, and so more than there are lanes.</summary>
    public const string Each = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: each
          states:
            each: { foreach: { in: "${{ input }}", as: item }, do: { tool: test.work, input: "${{ item }}" }, save: { all: "${{ output }}" }, next: done }
            done: { end: "${{ context.all }}" }
        """;

    public IOtherLanes OtherLanes => others;

    public IAgentGate GateFor(EngineOptions options, TimeProvider time) => EmbeddedHost.Instance.GateFor(options, time);

    public void OnCarried(RunId run)
    {
    }

    public Task OnEpochAsync(Epoch epoch, CancellationToken cancellation) => Task.CompletedTask;

    public bool GoesOnAfter(Epoch fenced) => true;

    public Task OnFencedAsync(ImmutableArray<Epoch> epochs, CancellationToken cancellation) => Task.CompletedTask;
}
