using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Orleans.Agents.EndToEnd.Tests.Faults;

/// <summary>What can happen to a connection while something is sent over it.</summary>
internal enum ConnectionFault
{
    /// <summary>Half of it arrives, then the connection is gone.</summary>
    CutWhileSending,

    /// <summary>It arrives; the connection is gone before there can be an answer.</summary>
    CutAfterSending,

    /// <summary>It arrives and is answered; the answer is lost with the connection.</summary>
    LoseAnswer,

    /// <summary>It arrives; its answer, and all others, are kept back until they are released.</summary>
    HoldAnswers,
}

/// <summary>A way to a server on this machine that can be made bad.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Task, bool> connections = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly EndPoint target;
    private readonly Task accepting;
    private volatile TaskCompletionSource? held;
    private Armed? armed;

    /// <param name="target">Where the server listens.</param>
    public TcpProxy(EndPoint target)
    {
        this.target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>The port to connect to instead of the server's.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>How late answers arrive.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Makes a fault of the connection that next sends so many bytes at once.</summary>
    /// <returns>Ends when that has happened.</returns>
    public async Task BreakAsync(ConnectionFault fault, int least, TimeSpan patience)
    {
        var next = new Armed(fault, least, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Volatile.Write(ref armed, next);
        await next.Happened.Task.WaitAsync(patience);
    }

    /// <summary>Lets the answers go that were held.</summary>
    public void Release()
    {
        held?.TrySetResult();
        held = null;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        Release();
        await accepting;
        await Task.WhenAll(connections.Keys);
        listener.Dispose();
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptSocketAsync(stopping.Token);
                var connection = CarryAsync(client);
                connections.TryAdd(connection, true);
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException)
            {
                // It was told to stop, or the caller was gone before it was let in.
            }
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var server = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        var connection = new Connection(client, server);
        using (client)
        {
            try
            {
                client.NoDelay = true;
                await server.ConnectAsync(target, stopping.Token);
                await await Task.WhenAny(ForwardAsync(connection), AnswerAsync(connection));
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // One side is gone, so both are; also when there was no server to connect to.
            }

            client.LingerState = new LingerOption(enable: true, seconds: 0); // reset, as a cable that is pulled

            // The server may be gone before it took the bytes or answered them: then that was the fault.
            connection.Takes?.Happened.TrySetResult();
        }
    }

    private async Task ForwardAsync(Connection connection)
    {
        var buffer = new byte[64 * 1024];
        while (await connection.Client.ReceiveAsync(buffer, stopping.Token) is > 0 and var count)
        {
            var taken = Take(count);
            connection.Takes ??= taken;
            switch (taken)
            {
                case { Fault: ConnectionFault.CutWhileSending } fault:
                    connection.IsCut = true;
                    await SendAsync(connection.Server, buffer.AsMemory(0, count / 2));
                    fault.Happened.TrySetResult();
                    return;
                case { Fault: ConnectionFault.CutAfterSending } fault:
                    connection.IsCut = true;
                    await SendAsync(connection.Server, buffer.AsMemory(0, count));
                    fault.Happened.TrySetResult();
                    return;
                case { Fault: ConnectionFault.LoseAnswer } fault:
                    connection.Loses = fault;
                    await SendAsync(connection.Server, buffer.AsMemory(0, count));
                    break;
                case { Fault: ConnectionFault.HoldAnswers } fault:
                    held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    await SendAsync(connection.Server, buffer.AsMemory(0, count));
                    fault.Happened.TrySetResult();
                    break;
                default:
                    await SendAsync(connection.Server, buffer.AsMemory(0, count));
                    break;
            }
        }
    }

    private async Task AnswerAsync(Connection connection)
    {
        var buffer = new byte[64 * 1024];
        while (await connection.Server.ReceiveAsync(buffer, stopping.Token) is > 0 and var count && !connection.IsCut)
        {
            if (connection.Loses is { } fault)
            {
                fault.Happened.TrySetResult();
                return;
            }

            if (Delay > TimeSpan.Zero)
            {
                await Task.Delay(Delay, stopping.Token);
            }

            if (held is { } until)
            {
                await until.Task;
            }

            await SendAsync(connection.Client, buffer.AsMemory(0, count));
        }
    }

    private Armed? Take(int count) =>
        Volatile.Read(ref armed) is { } next && count >= next.Least
            && Interlocked.CompareExchange(ref armed, null, next) == next
            ? next
            : null;

    private async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, stopping.Token)..];
        }
    }

    private sealed record Armed(ConnectionFault Fault, int Least, TaskCompletionSource Happened);

    private sealed class Connection(Socket client, Socket server)
    {
        public Socket Client { get; } = client;

        public Socket Server { get; } = server;

        public volatile bool IsCut;
        public volatile Armed? Loses;
        public volatile Armed? Takes;
    }
}
