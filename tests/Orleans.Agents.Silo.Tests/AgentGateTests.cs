using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Agents.Runs;
using Orleans.Agents.Silo.Agents;
using Orleans.Agents.Silo.Wire;
using Orleans.Agents.Storage.Tests.Hosts;
using Orleans.Agents.Testing;
using Orleans.Agents.Values;

namespace Orleans.Agents.Silo.Tests;

/// <summary>What agents do in all silos together.</summary>
public sealed class AgentGateTests
{
    private const string Asking = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: each
          states:
            each:
              foreach: { in: "${{ input }}", as: item, limit: 50 }
              do: { agent: thinker, input: "${{ item }}" }
              save: { all: "${{ output }}" }
              next: done
            done: { end: "${{ context.all }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: thinker }
        spec: { model: slow, prompt: "${{ input }}" }
        """;

    private static readonly string Rated = Asking
        .Replace("prompt:", "limits: { rate: { calls: 6, per: 1s } }, prompt:", StringComparison.Ordinal);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task No_more_calls_of_an_agent_are_under_way_than_the_whole_cluster_may_have_and_all_are_counted()
    {
        using var model = new SlowModel();
        await using var cluster = await ClusterUnderTest.OpenAsync(new HostSetup(Asking, agents =>
        {
            agents.Services.Configure<EngineOptions>(engine => engine.MaxCallsPerAgent = 3);
            agents.AddModel("slow", model);
        }));
        var items = $"[{string.Join(',', Enumerable.Range(0, 20))}]";

        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
            cluster[i % 2].StartRunAsync(new StartRequest("test", Payload.Parse(items)))));
        foreach (var run in runs.Cast<StartResult.Started>())
        {
            Assert.Equal(RunStatus.Succeeded, (await cluster[0].WaitForEndAsync(run.Run).WaitAsync(Patience)).Status);
        }

        Assert.InRange(model.Most, 1, 3);
        var grain = cluster.Services(0).GetRequiredService<IGrainFactory>().GetGrain<IAgentGrain>("agent-thinker");
        var since = TimeProvider.System.GetTimestamp();
        AgentCounts counts;
        do
        {
            await Task.Delay(50);
            counts = (await grain.CountsAsync()).Read(SiloJson.Default.AgentCounts);
        }
        while (counts.Succeeded < 80 && TimeProvider.System.GetElapsedTime(since) < Patience);

        Assert.Equal(new AgentCounts(Succeeded: 80, InputTokens: 160, OutputTokens: 240), counts);
    }

    [Fact]
    public async Task No_more_calls_of_an_agent_begin_within_any_time_than_its_rate_allows_in_all_silos_together()
    {
        using var model = new SlowModel();
        await using var cluster = await ClusterUnderTest.OpenAsync(new HostSetup(Rated, agents => agents.AddModel("slow", model)));
        var since = TimeProvider.System.GetTimestamp();

        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
            cluster[i % 2].StartRunAsync(new StartRequest("test", Payload.Parse("[1,2,3,4,5,6]")))));
        foreach (var run in runs.Cast<StartResult.Started>())
        {
            var end = await cluster[0].WaitForEndAsync(run.Run).WaitAsync(Patience);
            Assert.Equal((RunStatus.Succeeded, 6), (end.Status, end.ActivitiesUsed));
        }

        // Twenty-four calls, six in any second: the last begins three seconds after the first, or later.
        Assert.InRange(TimeProvider.System.GetElapsedTime(since), TimeSpan.FromSeconds(3), Patience);
    }

    [Fact]
    public async Task What_waits_for_the_rate_goes_on_when_a_silo_leaves()
    {
        using var model = new SlowModel();
        await using var cluster = await ClusterUnderTest.OpenAsync(new HostSetup(Rated, agents => agents.AddModel("slow", model)));
        var since = TimeProvider.System.GetTimestamp();
        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
            cluster[i % 2].StartRunAsync(new StartRequest("test", Payload.Parse("[1,2,3,4,5,6]")))));

        await cluster.LeaveAsync(1);

        foreach (var run in runs.Cast<StartResult.Started>())
        {
            Assert.Equal(RunStatus.Succeeded, (await cluster[0].WaitForEndAsync(run.Run).WaitAsync(Patience)).Status);
        }

        Assert.InRange(TimeProvider.System.GetElapsedTime(since), TimeSpan.FromSeconds(3), Patience);
    }

    [Fact]
    public void Who_wants_more_than_an_equal_share_gives_way_as_its_calls_end()
    {
        var shares = new AgentShares(new ManualClock());

        Assert.Equal(8, shares.Grant("a", underWay: 0, wanted: 20, most: 8));
        Assert.Equal(0, shares.Grant("b", underWay: 0, wanted: 5, most: 8));
        Assert.Equal(4, shares.Grant("a", underWay: 8, wanted: 20, most: 8));
        Assert.Equal(0, shares.Grant("b", underWay: 0, wanted: 5, most: 8));
        Assert.Equal(4, shares.Grant("a", underWay: 4, wanted: 20, most: 8));
        Assert.Equal(4, shares.Grant("b", underWay: 0, wanted: 5, most: 8));
    }

    [Fact]
    public void What_a_silo_had_that_is_not_heard_of_any_more_is_free_again()
    {
        var clock = new ManualClock();
        var shares = new AgentShares(clock);
        shares.Grant("a", underWay: 0, wanted: 20, most: 8);

        clock.Advance(AgentShares.LongestSilence + TimeSpan.FromSeconds(1));

        Assert.Equal(8, shares.Grant("b", underWay: 0, wanted: 20, most: 8));
    }

    private sealed class SlowModel : IChatClient
    {
        private readonly Lock gate = new();
        private int now;

        public int Most { get; private set; }

        public async Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            lock (gate)
            {
                Most = Math.Max(Most, ++now);
            }

            await Task.Delay(5, cancellationToken);
            lock (gate)
            {
                now--;
            }

            return new ChatResponse(new ChatMessage(ChatRole.Assistant, "yes"))
            {
                Usage = new UsageDetails { InputTokenCount = 2, OutputTokenCount = 3 },
            };
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
