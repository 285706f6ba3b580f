using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Agents.Gateway.Endpoints;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Gateway.Tests;

/// <summary>What supervisors and balancers ask.</summary>
public sealed class HealthTests
{
    [Theory]
    [InlineData("live", false, false, 200)]
    [InlineData("startup", false, false, 503)]
    [InlineData("startup", true, false, 200)]
    [InlineData("ready", true, false, 503)]
    [InlineData("ready", true, true, 200)]
    public async Task A_process_says_how_it_is(string what, bool isStarted, bool isReady, int status)
    {
        await using var house = await House.OpenAsync(
            isInMemory: true, services: services => services.Replaced<IGatewayHealth>(new Health(isStarted, isReady)));

        using var response = await house.GetAsync($"/health/{what}");

        Assert.Equal((HttpStatusCode)status, response.StatusCode);
    }

    [Fact]
    public async Task An_application_is_ready_from_its_start_on_and_no_store_is_asked()
    {
        var house = await House.OpenAsync();
        await house.Application.Services.GetRequiredService<IStore>().DisposeAsync();

        foreach (var what in (string[])["live", "ready", "startup"])
        {
            using var response = await house.GetAsync($"/health/{what}");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => house.DisposeAsync().AsTask());
    }

    private sealed record Health(bool IsStarted, bool IsReady) : IGatewayHealth;
}
