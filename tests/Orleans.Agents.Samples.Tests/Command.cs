using System.Diagnostics;

namespace Orleans.Agents.Samples.Tests;

/// <summary>A process that was started, waited for and listened to.</summary>
internal sealed record Command(int ExitCode, string Output, string Errors)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The command <c>agents</c> as it is shipped, where it was built, with its native parts.</summary>
    public static string Agents { get; } = Built("Orleans.Agents.Cli", "agents.dll");

    // The copies beside the tests are measured for coverage, and two processes cannot write to one measurement.
    /// <summary>A program where it was built.</summary>
    public static string Built(string project, string program) => Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory,
        "..",
        "..",
        project,
        Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)),
        program));

    /// <summary>Runs a program in a folder until it ends.</summary>
    public static async Task<Command> RunAsync(string folder, string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["AGENTS_STORE"] = Path.Combine(folder, ".agents-test", "agents.db");
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return new Command(process.ExitCode, await output, await errors);
    }

    /// <summary>What a shell prints for a line, run in a folder.</summary>
    public static async Task<string> ShellAsync(string folder, string line)
    {
        var ended = await RunAsync(folder, "bash", "-c", line);
        Assert.True(ended.Errors.Length == 0, $"{line}\n{ended.Errors}");
        return ended.Output.TrimEnd('\n');
    }

    /// <summary>The number that a shell prints for a line.</summary>
    public static async Task<long> CountAsync(string folder, string line) =>
        long.Parse((await ShellAsync(folder, line)).Trim(), System.Globalization.CultureInfo.InvariantCulture);
}
