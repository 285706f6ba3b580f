using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Orleans.Agents.EndToEnd.Tests.Processes;

namespace Orleans.Agents.Server.Bench.Hosts;

/// <summary>One <c>agents-server</c>, from its own build output.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string Project = "Orleans.Agents.Server";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process process;
    private readonly ConcurrentQueue<string> said = new();

    private ServerProcess(Process process, int httpPort)
    {
        this.process = process;
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{httpPort}") };
        process.ErrorDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
        process.OutputDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    /// <summary>The way to its gateway.</summary>
    public HttpClient Http { get; }

    /// <summary>The number by which the database knows it.</summary>
    public int Id => process.Id;

    /// <summary>All that it said.</summary>
    public string Said => string.Join('\n', said);

    /// <summary>What it has resident, in megabytes.</summary>
    public double ResidentMegabytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64 / 1e6;
        }
    }

    /// <summary>The processor time it has used.</summary>
    public TimeSpan Processor
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>
    /// Where the program was built, compiled ahead in Release. A copy beside tests is neither that nor alone: it is measured for
    /// coverage.
    /// </summary>
    public static string Program { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory,
        "..",
        "..",
        Project,
        Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)),
        "agents-server.dll"));

    /// <summary>
    /// Starts one, with ports of this machine for other nodes and for callers. It does not wait for balancers unless a flag says so.
    /// </summary>
    public static ServerProcess Start(
        string database, string definitions, int siloPort, int httpPort, params string[] flags)
    {
        var process = Process.Start(new ProcessStartInfo(
            "dotnet",
            [
                Program,
                $"--postgres={database}",
                $"--definitions={definitions}",
                "--address=127.0.0.1",
                "--drain-delay=00:00:00",
                string.Create(CultureInfo.InvariantCulture, $"--silo-port={siloPort}"),
                string.Create(CultureInfo.InvariantCulture, $"--listen=http://127.0.0.1:{httpPort}"),
                .. flags,
            ])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        return new ServerProcess(process, httpPort);
    }

    /// <summary>Waits until its gateway says that it is ready.</summary>
    public async Task ReadyAsync()
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await IsReadyAsync())
        {
            if (process.HasExited || TimeProvider.System.GetElapsedTime(since) > Patience)
            {
                throw new InvalidOperationException($"A server did not come up: {Said}");
            }

            await Task.Delay(Pause);
        }
    }

    /// <summary>SIGTERM.</summary>
    /// <returns>Its exit code, when it has ended.</returns>
    public async Task<int> TerminateAsync()
    {
        Signal.Terminate(process);
        await process.WaitForExitAsync().WaitAsync(Patience);
        return process.ExitCode;
    }

    /// <summary>SIGSTOP.</summary>
    public void Freeze() => Signal.Freeze(process);

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        Http.Dispose();
        process.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var response = await Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false; // nobody is there yet
        }
    }
}
