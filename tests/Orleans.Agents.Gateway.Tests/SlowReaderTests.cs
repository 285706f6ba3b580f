using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Agents.Gateway.Following;

namespace Orleans.Agents.Gateway.Tests;

/// <summary>Callers that ask for much and take nothing of it.</summary>
public sealed class SlowReaderTests
{
    private static readonly string Much = new('a', 3 * 1024 * 1024);

    // Four facts about it have the input each, and are sent as one: more than a system buffers for a connection.
    [Fact]
    public async Task Who_follows_events_and_reads_none_is_cut_off()
    {
        await using var house = await House.OpenAsync(options => options.RequestTimeout = TimeSpan.FromSeconds(2));
        var run = await house.StartAsync("echo", $$"""{"n":1,"text":"{{Much}}"}""");
        await house.Engine.WaitForEndAsync(new(run)).WaitAsync(House.Patience);
        using var reader = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await reader.ConnectAsync(IPAddress.Loopback, house.Address.Port);

        await reader.SendAsync(Encoding.ASCII.GetBytes(
            $"GET /api/v1/runs/{run}/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n"));

        await UntilAsync(() => reader.Poll(TimeSpan.Zero, SelectMode.SelectError), "It is not cut off.");
        var feed = house.Application.Services.GetRequiredService<Feed>();
        await UntilAsync(() => feed.Followers == 0, "Its place is not free.");
        Assert.NotEmpty(await house.StartAsync("echo"));
        Assert.DoesNotContain(house.Log.Lines, line => line.Contains("fault of its own", StringComparison.Ordinal));
    }

    private static async Task UntilAsync(Func<bool> isSo, string problem)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < House.Patience, problem);
            await Task.Delay(50);
        }
    }
}
