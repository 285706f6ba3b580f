using System.Diagnostics;

namespace Orleans.Agents.Storage.Tests;

/// <summary>
/// A PostgreSQL server of the tests' own, in a temporary folder, reached by a socket in it. It refuses to run as root;
/// there it runs as the user <c>postgres</c>.
/// </summary>
public sealed class PostgresServer : IDisposable
{
    /// <summary>Names a server that is there already, as <c>tests/run.sh</c> provides one for all suites.</summary>
    public const string Variable = "AGENTS_TEST_POSTGRES";

    private static readonly Lazy<PostgresServer> TheShared = new(StartShared);

    private readonly string? folder;
    private Process? guard;

    private PostgresServer(string? folder, string connectionString)
    {
        this.folder = folder;
        ConnectionString = connectionString;
    }

    /// <summary>The server for all tests that leave it as it is; it ends with the process.</summary>
    public static PostgresServer Shared => TheShared.Value;

    /// <summary>How to reach it, as somebody who may do everything.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts a server that may be stopped, killed and frozen.</summary>
    /// <exception cref="InvalidOperationException">There is no PostgreSQL on this machine, or it does not start.</exception>
    public static PostgresServer Start()
    {
        var folder = Directory.CreateTempSubdirectory("agents-pg-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            Run("chown", "postgres", folder);
        }

        var server = new PostgresServer(folder, $"Host={folder};Username=postgres;Database=postgres");
        AsOwner("initdb", "--pgdata", server.Data, "--username", "postgres", "--auth", "trust",
            "--encoding", "UTF8", "--no-locale", "--no-sync");
        server.Guard();
        server.StartAgain();
        return server;
    }

    /// <summary>Starts it again after it was stopped.</summary>
    public void StartAgain() => AsOwner(
        "pg_ctl", "start", "--wait", "--silent", "--pgdata", Data, "--log", Path.Combine(folder!, "log"),
        "--options", $"-k {folder} -c listen_addresses= -c max_connections=300");

    /// <summary>Stops it: <c>fast</c> in an orderly way, <c>immediate</c> as if its machine had failed.</summary>
    public void Stop(string mode = "fast") =>
        AsOwner("pg_ctl", "stop", "--wait", "--silent", "--pgdata", Data, "--mode", mode);

    /// <summary>Lets all its processes stand still.</summary>
    public void Freeze() => Signal("STOP");

    /// <summary>Lets them go on.</summary>
    public void Thaw() => Signal("CONT");

    public void Dispose()
    {
        guard!.StandardInput.Close();
        guard.WaitForExit();
        guard.Dispose();
    }

    private string Data => Path.Combine(folder!, "data");

    private static PostgresServer StartShared() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? new PostgresServer(null, given) : Start();

    // However the tests end, the pipe to this shell does, and then the server and its folder go; also when a signal ends
    // all at once, for which it is deaf.
    private void Guard()
    {
        var stop = string.Join(' ', [.. Owner, Find("pg_ctl"), "stop", "-s", "-m", "immediate", "-D", Data]);
        guard = new Process
        {
            StartInfo = new ProcessStartInfo("sh", ["-c", $"trap '' HUP INT TERM; cat; {stop}; rm -rf {folder}"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = Path.GetTempPath(),
            },
        };
        guard.Start();
    }

    // The postmaster first, so that it starts nobody meanwhile; its children are all of one process group each.
    private void Signal(string name)
    {
        var postmaster = File.ReadLines(Path.Combine(Data, "postmaster.pid")).First();
        Run("kill", $"-{name}", postmaster);

        // One that has just ended takes no signal, which is as good.
        Run("sh", "-c", $"for child in $(ps -o pid= --ppid {postmaster}); do kill -{name} $child 2>/dev/null || true; done");
    }

    private static string[] Owner => Environment.IsPrivilegedProcess ? ["runuser", "-u", "postgres", "--"] : [];

    private static void AsOwner(string program, params string[] arguments)
    {
        string[] command = [.. Owner, Find(program), .. arguments];
        Run(command[0], command[1..]);
    }

    /// <summary>Where one of PostgreSQL's programs lies, of the newest version there is.</summary>
    /// <exception cref="InvalidOperationException">It is not on this machine.</exception>
    public static string Find(string program)
    {
        var packaged = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(version => version.Length)
                .ThenByDescending(version => version, StringComparer.Ordinal)
                .Select(version => Path.Combine(version, "bin"))
            : [];
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return packaged.Concat(onPath).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                $"{program} is missing. These tests need PostgreSQL 14 or later: install it (Debian: apt-get install "
                + $"postgresql), or name a server in {Variable}.");
    }

    private static void Run(string program, params string[] arguments) => Read(program, arguments);

    private static string Read(string program, params string[] arguments)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        process.Start();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} failed with {process.ExitCode}: {errors.Result}");
    }
}
