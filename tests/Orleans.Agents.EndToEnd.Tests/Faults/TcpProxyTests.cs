using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orleans.Agents.EndToEnd.Tests.Faults;

/// <summary>A server that repeats what it hears, behind a proxy that is made bad in each of its ways.</summary>
public sealed class TcpProxyTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Lock gate = new();
    private string heard = "";
    private TcpProxy proxy = null!;
    private Socket client = null!;
    private Task serving = null!;

    public async Task InitializeAsync()
    {
        listener.Start();
        proxy = new TcpProxy(listener.LocalEndpoint);
        serving = ServeAsync();
        client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, proxy.Port);
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await proxy.DisposeAsync();
        await serving.WaitAsync(Patience);
    }

    public void Dispose() => listener.Dispose();

    [Fact]
    public async Task What_is_sent_arrives_and_is_answered()
    {
        await SayAsync("hello");

        Assert.Equal("hello", await HearAsync());
    }

    [Fact]
    public async Task A_connection_cut_while_sending_brings_half()
    {
        await BreakAsync(ConnectionFault.CutWhileSending, "0123456789");

        Assert.Equal("01234", Heard());
    }

    [Fact]
    public async Task A_connection_cut_after_sending_brings_everything_and_no_answer()
    {
        await BreakAsync(ConnectionFault.CutAfterSending, "0123456789");

        Assert.Equal("0123456789", Heard());
    }

    [Fact]
    public async Task An_answer_that_is_lost_was_given()
    {
        await BreakAsync(ConnectionFault.LoseAnswer, "0123456789");

        Assert.Equal("0123456789", Heard());
    }

    [Fact]
    public async Task A_fault_waits_for_enough_bytes()
    {
        var broken = proxy.BreakAsync(ConnectionFault.LoseAnswer, 6, Patience);
        await SayAsync("small");

        Assert.Equal("small", await HearAsync());
        Assert.False(broken.IsCompleted);
        await SayAsync("larger");
        await broken;
    }

    [Fact]
    public async Task An_answer_that_is_held_comes_when_it_is_released()
    {
        var held = proxy.BreakAsync(ConnectionFault.HoldAnswers, 5, Patience);
        await SayAsync("hello");
        await held;
        var answer = HearAsync();
        await Processes.Eventually.TrueAsync(() => Heard() == "hello", Patience, Heard);

        Assert.False(answer.IsCompleted);
        proxy.Release();
        Assert.Equal("hello", await answer);
    }

    private async Task BreakAsync(ConnectionFault fault, string words)
    {
        var broken = proxy.BreakAsync(fault, words.Length, Patience);
        await SayAsync(words);
        await broken;

        await Assert.ThrowsAnyAsync<SocketException>(HearAsync);
        await serving.WaitAsync(Patience);
    }

    private async Task SayAsync(string words) => await client.SendAsync(Encoding.UTF8.GetBytes(words));

    private async Task<string> HearAsync()
    {
        var buffer = new byte[100];
        using var patience = new CancellationTokenSource(Patience);
        var count = await client.ReceiveAsync(buffer, patience.Token);
        return count > 0
            ? Encoding.UTF8.GetString(buffer, 0, count)
            : throw new SocketException((int)SocketError.ConnectionReset);
    }

    private string Heard()
    {
        lock (gate)
        {
            return heard;
        }
    }

    private async Task ServeAsync()
    {
        using var server = await listener.AcceptSocketAsync();
        var buffer = new byte[100];
        try
        {
            while (await server.ReceiveAsync(buffer) is > 0 and var count)
            {
                lock (gate)
                {
                    heard += Encoding.UTF8.GetString(buffer, 0, count);
                }

                await server.SendAsync(buffer.AsMemory(0, count));
            }
        }
        catch (SocketException)
        {
            // The proxy broke the connection, as it was to.
        }
    }
}
