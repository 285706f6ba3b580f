using System.Collections.Concurrent;
using System.Collections.Immutable;
using Orleans.Agents.EndToEnd.Tests.Checking;

namespace Orleans.Agents.EndToEnd.Tests.Processes;

/// <summary>
/// Some processes that share a database and nothing else, each at a place that a new one takes when it is gone.
/// </summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly ISharedDatabase database;
    private readonly ImmutableDictionary<string, string>[] environments;
    private readonly WorkerProcess[] workers;
    private readonly ConcurrentQueue<WorkerProcess> gone = new();

    private Fleet(ISharedDatabase database, ImmutableDictionary<string, string>[] environments)
    {
        this.database = database;
        this.environments = environments;
        workers = new WorkerProcess[environments.Length];
    }

    /// <summary>How many places there are.</summary>
    public int Size => workers.Length;

    /// <summary>What the tools of all processes wrote down, in this folder.</summary>
    public string Records { get; } = Directory.CreateTempSubdirectory("agents-records-").FullName;

    /// <summary>What all processes complained of, for whoever looks into a failed test.</summary>
    public string Errors =>
        string.Join(Environment.NewLine, gone.Concat(workers).Select(w => w.Errors).Where(e => e.Length > 0));

    public WorkerProcess this[int place] => workers[place];

    /// <summary>Starts a fleet.</summary>
    /// <param name="database">What it shares.</param>
    /// <param name="environments">For each process, what its environment has.</param>
    public static async Task<Fleet> StartAsync(
        ISharedDatabase database, params ImmutableDictionary<string, string>[] environments)
    {
        var fleet = new Fleet(database, environments);
        for (var place = 0; place < environments.Length; place++)
        {
            fleet.workers[place] = fleet.Start(place, environments[place]);
        }

        try
        {
            var ready = await Task.WhenAll(fleet.workers.Select(w => w.IsReadyAsync()));
            return ready.All(isReady => isReady)
                ? fleet
                : throw new InvalidOperationException($"A process ended before it was ready: {fleet.Errors}");
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>A process that can be asked; another one for another turn.</summary>
    public WorkerProcess? Open(int turn)
    {
        var open = workers.Where(w => w.IsOpen).ToList();
        return open.Count == 0 ? null : open[turn % open.Count];
    }

    /// <summary>Puts a new process in the place of one that is gone.</summary>
    /// <param name="place">The place.</param>
    /// <param name="fault">A fault it is born with, beside what its place has: a variable and its value.</param>
    public WorkerProcess Replace(int place, (string Name, string Value)? fault = null)
    {
        gone.Enqueue(workers[place]);
        var environment = environments[place];
        return workers[place] = Start(
            place, fault is { } born ? environment.SetItem(born.Name, born.Value) : environment);
    }

    /// <summary>
    /// Freezes a process in the middle of a call that must not be made twice: frozen first and looked at then, as often as it takes, for
    /// what was in a call may be out of it the moment after.
    /// </summary>
    /// <param name="place">Its place.</param>
    /// <param name="settled">What is settled about the call, see <see cref="SettledAs"/>.</param>
    /// <param name="patience">How long there may be no such call.</param>
    public async Task<Effect> FreezeInCallAsync(int place, string? settled, TimeSpan patience)
    {
        Effect? call = null;
        await Eventually.TrueAsync(
            () =>
            {
                workers[place].Freeze();
                call = CallsOf(workers[place]).FirstOrDefault(c => SettledAs(c) == settled);
                if (call is null)
                {
                    workers[place].Thaw();
                }

                return call is not null;
            },
            patience,
            () => $"the process at {place} was never in a call that is settled as {settled ?? "nothing"}");
        return call!;
    }

    /// <summary>What is settled about a call that must not be made twice: <c>done</c>, <c>void</c>, or nothing yet.</summary>
    public string? SettledAs(Effect call)
    {
        var slip = Path.Combine(Records, "once", $"{call.Activity.Replace('/', '+')}+{call.Attempt}");
        return File.Exists(slip) ? File.ReadAllText(slip) : null;
    }

    /// <summary>The calls that came when others had settled that they would never be made, and that were refused.</summary>
    public IReadOnlyList<Effect> Late() => Effect.Read(Path.Combine(Records, "late.txt"));

    /// <summary>What the tools of all processes wrote down so far.</summary>
    public WorkRecords Work() => WorkRecords.Read(Records);

    /// <summary>The same of processes that make attempts for each other.</summary>
    public WorkRecords WorkOfLenders()
    {
        var alive = workers.Where(worker => worker.IsAlive).Select(worker => worker.Id).ToHashSet();
        return WorkRecords.Read(Records, process => !alive.Contains(process));
    }

    /// <summary>Waits until every run in the database has ended.</summary>
    public Task RestAsync(TimeSpan patience) =>
        Eventually.TrueAsync(IsAtRestAsync, patience, () => $"runs are left; the processes say:\n{Errors}");

    /// <summary>Whether every run in the database has ended.</summary>
    public async Task<bool> IsAtRestAsync() =>
        await database.CountAsync("select count(*) from runs where status not in ('succeeded', 'failed')") == 0;

    /// <summary>
    /// Lets runs go on that are suspended because too many processes in a row ended while they carried them: where processes are
    /// ended on purpose, somebody has to say that it was not the runs' fault.
    /// </summary>
    /// <returns>How many there were.</returns>
    public async Task<int> ResumeSuspendedAsync(TimeSpan patience)
    {
        if (Open(0) is not { } worker || await database.CountAsync("select count(*) from runs where status = 'suspended'") == 0)
        {
            return 0;
        }

        var suspended = (await database.ReadAsync()).Runs.Where(run => run.Status == "suspended").ToList();
        var answers = await Task.WhenAll(suspended.Select(run => worker.ResumeRunAsync(run.Run, patience)));
        return answers.Count(answer => answer.What == "resumed");
    }

    /// <summary>Waits until every run in the database has ended, and lets those go on that are suspended.</summary>
    /// <returns>How often one was.</returns>
    public async Task<int> ResumeAndRestAsync(TimeSpan patience)
    {
        var (resumed, ended) = (0, 0L);
        var since = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(
            async () =>
            {
                var now = await ResumeSuspendedAsync(patience);
                resumed += now;
                if (await database.CountAsync("select count(*) from runs where status in ('succeeded', 'failed')") is var all && all > ended)
                {
                    (ended, since) = (all, TimeProvider.System.GetTimestamp());
                }

                return now == 0 && await IsAtRestAsync();
            },
            patience,
            () => $"runs are left, {ended} have ended, the last {TimeProvider.System.GetElapsedTime(since)} ago; the processes say:\n{Errors}");
        return resumed;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in gone.Concat(workers))
        {
            await worker.DisposeAsync();
        }

        Directory.Delete(Records, recursive: true);
    }

    // What was called and has not returned, with whatever.
    private IEnumerable<Effect> CallsOf(WorkerProcess worker) =>
        Effect.Read(Path.Combine(Records, $"called-{worker.Id}.txt"))
            .Except(Effect.Read(Path.Combine(Records, $"returned-{worker.Id}.txt")));

    private WorkerProcess Start(int place, ImmutableDictionary<string, string> environment) =>
        WorkerProcess.Start(database.StoreFor(place), Records, environment);
}
