using System.Collections.Concurrent;
using System.Diagnostics;
using Orleans.Agents.EndToEnd.Tests.Processes;

namespace Orleans.Agents.Server.Tests.Deploy;

/// <summary>A program that was started as somebody else would start it, and what it says.</summary>
internal sealed class Program : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process process;
    private readonly ConcurrentQueue<string> said = new();

    private Program(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public bool HasEnded => process.HasExited;

    /// <summary>All that it said.</summary>
    public string Said => string.Join('\n', said);

    /// <summary>Starts a program.</summary>
    /// <param name="folder">Where it is started.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">What its environment has beside the machine's; null takes a variable away.</param>
    public static Program Start(string folder, string[] command, IReadOnlyDictionary<string, string?> environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new Program(Process.Start(start)!);
    }

    /// <summary>Runs a command to its end, which has to be a good one.</summary>
    /// <returns>What it said.</returns>
    public static async Task<string> RunAsync(
        string folder, string[] command, IReadOnlyDictionary<string, string?> environment)
    {
        await using var program = Start(folder, command, environment);
        var code = await program.EndAsync(Patience);
        Assert.True(code == 0, $"{string.Join(' ', command)} ended with {code}: {program.Said}");
        return program.Said;
    }

    /// <summary>SIGTERM.</summary>
    public void Terminate() => Signal.Terminate(process);

    /// <summary>Waits until it has ended.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync(TimeSpan patience)
    {
        await process.WaitForExitAsync().WaitAsync(patience);
        return process.ExitCode;
    }

    /// <summary>What the kernel says of it, such as <c>Uid</c>.</summary>
    public string StatusOf(string what) => File.ReadLines($"/proc/{process.Id}/status")
        .First(line => line.StartsWith($"{what}:", StringComparison.Ordinal))[(what.Length + 1)..].Trim();

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }
}
