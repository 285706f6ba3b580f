using System.Diagnostics;

namespace Orleans.Agents.EndToEnd.Tests;

/// <summary>The shipped command as a process of its own.</summary>
internal static class AgentsProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // As it is shipped, from the command's own output; the copy beside the tests lacks what is native. Or as machine code,
    // published into a folder that the variable names.
    private static readonly string? Native = Environment.GetEnvironmentVariable("AGENTS_NATIVE");

    private static readonly string Built = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory,
        "..",
        "..",
        "Orleans.Agents.Cli",
        Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)),
        "agents.dll"));

    /// <summary>Runs the command to its end, or to its death.</summary>
    public static async Task<ProcessEnd> RunAsync(IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        using var process = Start(arguments, environment);
        using var patience = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return new ProcessEnd(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"agents {string.Join(' ', arguments)} was still running after {Patience}.");
        }
    }

    public static Process Start(IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        string[] command = Native is null ? ["dotnet", Built] : [Path.Combine(Native, "agents")];
        var start = new ProcessStartInfo(command[0], [.. command[1..], .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }
}

/// <summary>How a process ended and what it wrote.</summary>
internal sealed record ProcessEnd(int ExitCode, string Output, string Error)
{
    /// <summary>The exit code of a process that SIGKILL ended.</summary>
    public const int Killed = 137;
}
