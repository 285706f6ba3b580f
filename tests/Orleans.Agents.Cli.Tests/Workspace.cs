using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Orleans.Agents.Cli.Tests;

/// <summary>A folder of its own with a store of its own, and the real program to run in it.</summary>
internal sealed class Workspace : IDisposable
{
    // What .NET's console tells a terminal before anything is written: application keypad mode.
    private const string Greeting = "\e[?1h\e=";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public Workspace() => Folder = Directory.CreateTempSubdirectory("agents-cli-").FullName;

    public string Folder { get; }

    public string Store => At("runs.db");

    public Dictionary<string, string?> Environment { get; } = new(StringComparer.Ordinal)
    {
        ["NO_COLOR"] = null,
        ["AGENTS_SERVER"] = null,
        ["AGENTS_LIMITS"] = null,
        ["AGENTS_API_KEY"] = null,
        ["AGENTS_ADMIN_TOKEN"] = null,
        ["AGENTS_FAULT_KILL"] = null,
        ["AGENTS_FAULT_RECORD"] = null,
        ["AGENTS_FAULT_CLOCK"] = null,
        ["TERM"] = "xterm",
    };

    /// <summary>The folder that the program is in.</summary>
    public string Home { get; init; } = Shipped;

    /// <summary>
    /// Where the command was built, or published as machine code. The copies beside the tests are measured for coverage, and
    /// two processes cannot write to one measurement.
    /// </summary>
    public static string Shipped { get; } = Native ?? Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory,
        "..",
        "..",
        "Orleans.Agents.Cli",
        Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))));

    /// <summary>The program and what it is run with, as a shell takes it.</summary>
    public string Program => string.Join(' ', Words);

    private string[] Words => Native is null ? ["dotnet", Path.Combine(Home, "agents.dll")] : [Path.Combine(Home, "agents")];

    /// <summary>Whether the command is machine code: then it has no files of libraries that it could load.</summary>
    public static bool IsNative => Native is not null;

    // A folder with the command as machine code, to be tested in its place.
    private static string? Native => System.Environment.GetEnvironmentVariable("AGENTS_NATIVE");

    public string At(string name) => Path.Combine(Folder, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(At(name), text);
        return name;
    }

    public Task<Ended> AgentsAsync(params string[] args) => AgentsWithAsync(null, args);

    public async Task<Ended> AgentsWithAsync(string? input, params string[] args)
    {
        using var process = Start(args);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        return await EndOfAsync(process);
    }

    /// <summary>Measures a workload, for which the program makes a database in the folder.</summary>
    public Task<Ended> BenchAsync(params string[] args) => AgentsAsync(["bench", .. args, "--connection", Folder]);

    /// <summary>The databases of workloads that were not removed.</summary>
    public IEnumerable<string> BenchDatabases => Directory.EnumerateDirectories(Folder, "agents-bench-*");

    /// <summary>Runs the program at a terminal; what it writes to either stream is in the output.</summary>
    public async Task<Ended> AtTerminalAsync(string line)
    {
        using var process = Start("script", ["-qec", $"{Program} {line}", "/dev/null"]);
        process.StandardInput.Close();
        var ended = await EndOfAsync(process);
        return ended with { Out = ended.Out.Replace(Greeting, "", StringComparison.Ordinal) };
    }

    public Process StartShell(string line) => Start("sh", ["-c", line]);

    public Process Start(string[] args) => Start(Words[0], [.. Words[1..], .. args]);

    public static async Task<Ended> EndOfAsync(Process process)
    {
        using var limit = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return new Ended(process.ExitCode, await output, await error);
    }

    /// <summary>Reads what the program tells people until it tells this, and gives all that.</summary>
    public static async Task<string> UntilTellsAsync(Process process, string text)
    {
        using var limit = new CancellationTokenSource(Patience);
        var told = new StringBuilder();
        while (await process.StandardError.ReadLineAsync(limit.Token) is { } line)
        {
            told.AppendLine(line);
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return told.ToString();
            }
        }

        throw new InvalidOperationException($"The program ended without telling '{text}'; it told:\n{told}");
    }

    public static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private Process Start(string file, string[] args)
    {
        var start = new ProcessStartInfo(file, args)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment["AGENTS_STORE"] = Store;
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}

/// <summary>How the program ended.</summary>
internal sealed record Ended(int ExitCode, string Out, string Err)
{
    /// <summary>The payload: exactly one JSON value on one line, and nothing else.</summary>
    public JsonElement Payload
    {
        get
        {
            Assert.EndsWith("\n", Out, StringComparison.Ordinal);
            Assert.Equal(1, Out.AsSpan().Count('\n'));
            using var document = JsonDocument.Parse(Out);
            return document.RootElement.Clone();
        }
    }

    public string FailureCode => Payload.GetProperty("failure").GetProperty("code").GetString()!;

    /// <summary>Checks the exit code; what the program told is in the message when it is another.</summary>
    public Ended With(int exitCode)
    {
        Assert.True(exitCode == ExitCode, $"Exit code {ExitCode}, not {exitCode}.\nOut: {Out}\nErr: {Err}");
        return this;
    }
}
