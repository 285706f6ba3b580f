using System.Diagnostics;
using System.Globalization;
using Orleans.Agents.Cli.Bench.Databases;

namespace Orleans.Agents.Cli.Bench.Workers;

/// <summary>Another process of this program that works for the bench, and can be killed.</summary>
internal sealed class BenchProcess : IDisposable
{
    private readonly Process process;

    private BenchProcess(ProcessStartInfo start) => process = Process.Start(start)!;

    /// <summary>Whether it is gone.</summary>
    public bool HasEnded => process.HasExited;

    /// <summary>The processor time it has used.</summary>
    public TimeSpan Processor
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>The bytes of its memory that are resident.</summary>
    public long ResidentBytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    /// <summary>Starts a process that does one of the <see cref="BenchWorker"/>'s jobs.</summary>
    /// <param name="address">The database; told in the environment, because it may hold a password.</param>
    /// <param name="job">The job and its options.</param>
    public static BenchProcess Start(BenchAddress address, IEnumerable<string> job)
    {
        // Started as 'dotnet agents.dll' or as 'agents': the first argument is the library either way.
        var program = Environment.ProcessPath!;
        var isHosted = Path.GetFileNameWithoutExtension(program) == "dotnet";
        string[] library = isHosted ? [Environment.GetCommandLineArgs()[0]] : [];
        var start = new ProcessStartInfo(program, [.. library, "bench", "worker", .. job])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment[BenchAddress.Variable] = address.Place;
        return new BenchProcess(start);
    }

    /// <summary>Writes a whole number as an option of a job.</summary>
    public static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Waits until the process says a word on a line of its own.</summary>
    /// <exception cref="InvalidOperationException">It ended without.</exception>
    public async Task UntilSaysAsync(string word, CancellationToken cancellation)
    {
        while (await process.StandardOutput.ReadLineAsync(cancellation) is { } line)
        {
            if (line == word)
            {
                return;
            }
        }

        throw new InvalidOperationException($"The process that was to say '{word}' ended without.");
    }

    /// <summary>Kills it with SIGKILL, without waiting until it is gone.</summary>
    public void Kill() => process.Kill();

    /// <summary>Kills it with SIGKILL and waits until it is gone.</summary>
    public Task KillAsync()
    {
        Kill();
        return UntilGoneAsync(CancellationToken.None);
    }

    /// <summary>Asks it to end, which it does when its input ends.</summary>
    public void AskToEnd() => process.StandardInput.Close();

    /// <summary>Lets it end and waits until it is gone.</summary>
    public Task EndAsync(CancellationToken cancellation)
    {
        AskToEnd();
        return UntilGoneAsync(cancellation);
    }

    /// <summary>Waits until it is gone.</summary>
    public Task UntilGoneAsync(CancellationToken cancellation) => process.WaitForExitAsync(cancellation);

    /// <summary>Nothing of the bench outlives it.</summary>
    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
    }
}
