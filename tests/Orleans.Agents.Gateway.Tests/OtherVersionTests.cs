using System.Net;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Agents.Client;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Gateway.Tests;

/// <summary>During a deploy, what one version asks of a run may be carried by another that does not know it.</summary>
public sealed class OtherVersionTests
{
    [Fact]
    public async Task What_is_not_understood_for_now_may_be_asked_again_soon()
    {
        await using var house = await OpenAsync(times: 1);
        var run = await house.StartAsync("held", "{}");

        var answer = await house.PostAsync($"/api/v1/runs/{run}/cancel", "{}");

        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
        await answer.RefusedAsync(HttpStatusCode.ServiceUnavailable, "cluster.unknown_message");
        Assert.DoesNotContain(house.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_asks_again_until_it_is_understood()
    {
        await using var house = await OpenAsync(times: 2);
        var agents = new AgentsClient(house.Client);
        var run = (await agents.StartAsync(new StartRun("held"))).Run;

        Assert.True((await agents.CancelAsync(run, "not needed")).IsNew);
    }

    private static Task<House> OpenAsync(int times) => House.OpenAsync(services: services =>
        services.AddSingleton(provider =>
        {
            var agents = DispatchProxy.Create<IAgents, Misunderstood>();
            var between = (Misunderstood)(object)agents;
            (between.Inner, between.Left) = (provider.GetRequiredService<AgentsEngine>(), times);
            return agents;
        }));
}

/// <summary>What answers for runs, as long as the first cancellations come to a silo that does not know what that is.</summary>
public class Misunderstood : DispatchProxy
{
    public IAgents? Inner { get; set; }

    public int Left { get; set; }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name == nameof(IAgents.CancelAsync) && Left-- > 0
            ? throw new StoreException("cluster.unknown_message", "It knows no such call.", isTransient: true)
            : targetMethod.Invoke(Inner, args);
}
