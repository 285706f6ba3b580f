using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace Orleans.Agents.Storage.Tests;

/// <summary>
/// Stands between a store and its server and cuts connections at the worst moment: when the server has answered, and so
/// has done what it was asked, but the answer has not arrived.
/// </summary>
public sealed class CuttingProxy : IDisposable
{
    private readonly UnixDomainSocketEndPoint server;
    private readonly Lock gate = new();
    private readonly HashSet<Socket> open = [];
    private Socket? listener;
    private readonly HashSet<StringBuilder> held = [];
    private Passing instead;
    private string? sign;

    public CuttingProxy(PostgresServer server)
    {
        var where = new NpgsqlConnectionStringBuilder(server.ConnectionString);
        this.server = new UnixDomainSocketEndPoint(Path.Combine(where.Host!, $".s.PGSQL.{where.Port}"));
        Open();
    }

    /// <summary>The folder its socket is in: what to connect to.</summary>
    public string Host { get; } = Directory.CreateTempSubdirectory("agents-proxy-").FullName;

    /// <summary>How many connections were cut.</summary>
    public int Cuts { get; private set; }

    /// <summary>Cuts at the next answer on a connection that prepared a statement with this text in it.</summary>
    public void CutAtTheNextAnswerTo(string text) => (instead, sign) = (Passing.Cut, text);

    /// <summary>
    /// Holds back the next answer on such a connection, and what comes after it: to the server its client stands still.
    /// </summary>
    public void HoldTheNextAnswerTo(string text) => (instead, sign) = (Passing.Held, text);

    /// <summary>Lets connections in.</summary>
    public void Open()
    {
        var path = Path.Combine(Host, $".s.PGSQL.{NpgsqlConnection.DefaultPort}");
        File.Delete(path);
        listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        _ = AcceptAsync(listener);
    }

    /// <summary>Cuts all connections and lets nobody in.</summary>
    public void Close()
    {
        listener!.Dispose();
        lock (gate)
        {
            foreach (var socket in open)
            {
                socket.Dispose();
            }

            open.Clear();
        }
    }

    public void Dispose()
    {
        Close();
        Directory.Delete(Host, recursive: true);
    }

    private async Task AcceptAsync(Socket from)
    {
        try
        {
            while (true)
            {
                var client = await from.AcceptAsync();
                var behind = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await behind.ConnectAsync(server);
                lock (gate)
                {
                    open.Add(client);
                    open.Add(behind);
                }

                var said = new StringBuilder();
                _ = CopyAsync(client, behind, bytes => Note(said, bytes));
                _ = CopyAsync(behind, client, _ => Judge(said));
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
        }
    }

    // What a connection prepared it may carry out later without saying it again.
    private static Passing Note(StringBuilder said, ReadOnlySpan<byte> bytes)
    {
        lock (said)
        {
            said.Append(Encoding.Latin1.GetString(bytes));
        }

        return Passing.On;
    }

    private Passing Judge(StringBuilder said)
    {
        lock (said)
        {
            if (held.Contains(said))
            {
                return Passing.Held;
            }

            if (sign is null || !said.ToString().Contains(sign, StringComparison.Ordinal))
            {
                return Passing.On;
            }
        }

        sign = null;
        if (instead is Passing.Held)
        {
            held.Add(said);
        }
        else
        {
            Cuts++;
        }

        return instead;
    }

    private static async Task CopyAsync(Socket from, Socket to, Judging judge)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count && judge(buffer.AsSpan(0, count)) is var passing and not Passing.Cut)
            {
                if (passing is Passing.On)
                {
                    await to.SendAsync(buffer.AsMemory(0, count));
                }
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
        }

        from.Dispose();
        to.Dispose();
    }

    private delegate Passing Judging(ReadOnlySpan<byte> bytes);

    private enum Passing
    {
        On,
        Held,
        Cut,
    }
}
