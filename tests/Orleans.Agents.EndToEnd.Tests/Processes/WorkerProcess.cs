using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Orleans.Agents.EndToEnd.Tests.Processes;

/// <summary>One process of a fleet: the worker program beside these tests.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private const int MostErrors = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process process;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StartAnswer>> asked = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource<bool> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> errors = new();
    private readonly SemaphoreSlim line = new(1, 1);
    private readonly Task listening;
    private bool isLeaving;

    private WorkerProcess(Process process)
    {
        this.process = process;
        listening = Task.WhenAll(ListenAsync(), ListenToErrorsAsync());
    }

    /// <summary>The process's number, which the database knows it by.</summary>
    public int Id => process.Id;

    /// <summary>Whether it is still there, be it frozen.</summary>
    public bool IsAlive => !process.HasExited;

    /// <summary>Whether it was stopped and not let go on.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>Whether a caller would ask it: it came up, and nobody froze or stopped it.</summary>
    public bool IsOpen => ready.Task is { IsCompletedSuccessfully: true, Result: true } && !IsFrozen && !isLeaving && IsAlive;

    /// <summary>The last it complained of.</summary>
    public string Errors => string.Join(Environment.NewLine, errors);

    private static string Program { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory,
        "..",
        "..",
        WorkerProgram.Name,
        Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)),
        $"{WorkerProgram.Name}.dll"));

    /// <summary>Starts a process on a store.</summary>
    /// <param name="store">The store's kind and place.</param>
    /// <param name="records">The folder its tools write to.</param>
    /// <param name="environment">The faults it is born with.</param>
    public static WorkerProcess Start(string store, string records, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet", [Program, store, records])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new WorkerProcess(Process.Start(start)!);
    }

    /// <summary>Waits until it carries runs; false when it ends before that.</summary>
    public async Task<bool> IsReadyAsync()
    {
        try
        {
            return await ready.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Worker {Id} was not ready after {Patience}: {Errors}");
        }
    }

    /// <summary>Asks it to start a run; <see cref="StartAnswer.None"/> when it does not answer in time or dies.</summary>
    public Task<StartAnswer> StartRunAsync(string key, string workflow, string input, TimeSpan patience) =>
        AskAsync(key, $"{key} {workflow} {input}", patience);

    /// <summary>Asks it to let a suspended run go on; <see cref="StartAnswer.None"/> when it does not answer in time or dies.</summary>
    public Task<StartAnswer> ResumeRunAsync(string run, TimeSpan patience) => AskAsync(run, $"resume {run}", patience);

    /// <summary>Asks it to tell a run a number; <see cref="StartAnswer.None"/> when it does not answer in time or dies.</summary>
    public Task<StartAnswer> TellRunAsync(string run, int number, TimeSpan patience) =>
        AskAsync(run, string.Create(CultureInfo.InvariantCulture, $"tell {run} {number}"), patience);

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await EndAsync();
    }

    /// <summary>Waits until it is gone, by whatever it dies of.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        await process.WaitForExitAsync().WaitAsync(Patience);
        return process.ExitCode;
    }

    /// <summary>SIGSTOP: it stands still wherever it is.</summary>
    public void Freeze()
    {
        Signal.Freeze(process);
        IsFrozen = true;
    }

    /// <summary>SIGCONT: it goes on where it stood.</summary>
    public void Thaw()
    {
        Signal.Thaw(process);
        IsFrozen = false;
    }

    /// <summary>Tells it to come to rest, and waits until it has.</summary>
    public async Task<int> StopAsync()
    {
        isLeaving = true;
        process.StandardInput.Close();
        return await EndAsync();
    }

    /// <summary>SIGTERM, and waits until it has come to rest.</summary>
    public async Task<int> TerminateAsync()
    {
        isLeaving = true;
        Signal.Terminate(process);
        return await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (IsAlive)
        {
            await KillAsync();
        }

        await listening;
        process.Dispose();
        line.Dispose();
    }

    private async Task<StartAnswer> AskAsync(string key, string words, TimeSpan patience)
    {
        var answer = asked.GetOrAdd(
            key, static _ => new TaskCompletionSource<StartAnswer>(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            await SayAsync(words).WaitAsync(patience);
            return await answer.Task.WaitAsync(patience);
        }
        catch (Exception nobody) when (nobody is TimeoutException or IOException or ObjectDisposedException)
        {
            return StartAnswer.None;
        }
        finally
        {
            asked.TryRemove(key, out _);
        }
    }

    private async Task SayAsync(string words)
    {
        await line.WaitAsync();
        try
        {
            await process.StandardInput.WriteLineAsync(words);
            await process.StandardInput.FlushAsync();
        }
        finally
        {
            line.Release();
        }
    }

    private async Task ListenAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } said)
        {
            var words = said.Split(' ');
            if (words is ["ready"])
            {
                ready.TrySetResult(true);
            }
            else if (words is [var what, var key, var detail] && asked.TryGetValue(key, out var answer))
            {
                answer.TrySetResult(new StartAnswer(what, detail));
            }
        }

        ready.TrySetResult(false);
        foreach (var answer in asked.Values)
        {
            answer.TrySetResult(StartAnswer.None);
        }
    }

    private async Task ListenToErrorsAsync()
    {
        while (await process.StandardError.ReadLineAsync() is { } said)
        {
            errors.Enqueue(string.Create(CultureInfo.InvariantCulture, $"[{Id}] {said}"));
            while (errors.Count > MostErrors)
            {
                errors.TryDequeue(out _);
            }
        }
    }
}

/// <summary>What a process said to a start.</summary>
/// <param name="What"><c>started</c>, <c>refused</c> or <c>unavailable</c>; <c>resumed</c> or <c>told</c> to what is no start.</param>
/// <param name="Detail">The run, or the code of what was wrong.</param>
internal sealed record StartAnswer(string What, string Detail)
{
    /// <summary>Nothing: the caller does not know whether there is a run.</summary>
    public static StartAnswer None { get; } = new("none", "");

    public bool IsStarted => What == "started";
}
