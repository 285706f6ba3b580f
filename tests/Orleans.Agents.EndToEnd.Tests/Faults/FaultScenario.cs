using System.Collections.Immutable;
using System.Globalization;
using Orleans.Agents.EndToEnd.Tests.Checking;
using Orleans.Agents.EndToEnd.Tests.Processes;
using Orleans.Agents.Faults;

namespace Orleans.Agents.EndToEnd.Tests.Faults;

/// <summary>A fleet of three under load, what is done to it, and the verdict.</summary>
internal sealed class FaultScenario : IAsyncDisposable
{
    /// <summary>How many processes there are.</summary>
    public const int Places = 3;

    private const int Callers = 4;

    // What only appends are as large as, and every append is.
    private const int LeastBytesOfAppend = 400;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // Longer than the lease that workers have, with what it takes others to notice.
    private static readonly TimeSpan LongerThanLease = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    private readonly ISharedDatabase database;
    private readonly Fleet fleet;
    private readonly Load load;
    private readonly Random chance;
    private readonly SortedDictionary<FaultKind, int> made = [];
    private bool isStorming;
    private TimeSpan stormed;
    private int gone;

    private FaultScenario(ISharedDatabase database, Fleet fleet, int seed)
    {
        this.database = database;
        this.fleet = fleet;
        chance = new Random(seed);
        load = new Load(fleet);
    }

    // A process that stands still keeps the lock it has on a file; a server hears no beat of it.
    private TimeSpan Frozen => database is SharedServerDatabase ? LongerThanLease : Short;

    private SharedServerDatabase Server => (SharedServerDatabase)database;

    /// <summary>
    /// Starts the load on three processes; at a server their clocks are five minutes fast, right, and five minutes slow.
    /// Whoever shares a file shares a machine, and its clock.
    /// </summary>
    public static async Task<FaultScenario> BeginAsync(ISharedDatabase database, int seed)
    {
        var sound = ImmutableDictionary<string, string>.Empty;
        var isApart = database is SharedServerDatabase;
        var fast = isApart ? sound.Add(FaultPlan.ClockVariable, "+5m") : sound;
        var slow = isApart ? sound.Add(FaultPlan.ClockVariable, "-5m") : sound;
        try
        {
            var fleet = await Fleet.StartAsync(database, fast, sound, slow);
            var scenario = new FaultScenario(database, fleet, seed);
            scenario.load.Begin(Callers);
            return scenario;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes faults at one place of the fleet, one after another, and leaves a sound process there.</summary>
    public async Task MakeAsync(int place, params FaultKind[] faults)
    {
        foreach (var fault in faults)
        {
            await MakeAsync(place, fault);
            Count(fault);
        }
    }

    /// <summary>
    /// Has processes at one place kill themselves at boundaries of the journal, one after another, and leaves a sound one
    /// there.
    /// </summary>
    public async Task KillAtAsync(int place, params KillPoint[] points)
    {
        await fleet[place].KillAsync();
        foreach (var point in points)
        {
            var turn = Draw(random => random.Next(1, 20));
            await Eventually.TrueAsync(
                async () => await StartAt(place, $"{point}:{turn}").EndAsync() == ProcessEnd.Killed,
                Patience,
                () => $"no process has killed itself at {point}: {fleet.Errors}");
            Count(FaultKind.KillAtPoint);
        }

        await ReplaceAsync(place);
    }

    /// <summary>
    /// Freezes one process before the effect of a call that must not be made twice, and nothing else, until another has fenced it and
    /// settled that the call is never made. The call goes on with it, and is late.
    /// </summary>
    public async Task FreezeUntilLateAsync(int place)
    {
        var frozen = fleet[place];
        var call = await fleet.FreezeInCallAsync(place, null, Patience);
        Interlocked.Increment(ref gone);
        await Eventually.TrueAsync(
            () => fleet.SettledAs(call) == "void", Patience, () => $"nobody has settled {call}: {fleet.Errors}");
        Assert.Equal(1, await database.CountAsync(
            $"select count(*) from carrier where fenced_at is not null and process like '%:{frozen.Id}'"));
        frozen.Thaw();
        await Eventually.TrueAsync(
            () => fleet.Late().Contains(call), Patience, () => $"{call} did not go on: {fleet.Errors}");
        Count(FaultKind.FreezeBeforeEffect);
    }

    /// <summary>Waits until so many epochs are fenced, and sees to it that no more are.</summary>
    public async Task FencedAsync(int count)
    {
        long fenced = 0;
        await Eventually.TrueAsync(
            async () => (fenced = await database.CountAsync("select count(*) from carrier where fenced_at is not null")) >= count,
            Patience,
            () => $"{fenced} epochs are fenced, not {count}: {fleet.Errors}");
        Assert.True(fenced == count, $"{fenced} epochs are fenced, not {count}: {fleet.Errors}");
    }

    /// <summary>Makes faults by chance at all places at once, until the time is over.</summary>
    /// <param name="time">How long.</param>
    /// <param name="kinds">What can happen to a process.</param>
    /// <param name="databaseKinds">What can happen to the database, now and then.</param>
    public async Task StormAsync(TimeSpan time, FaultKind[] kinds, FaultKind[] databaseKinds)
    {
        isStorming = databaseKinds.Length > 0;
        var since = TimeProvider.System.GetTimestamp();
        var storms = Enumerable.Range(0, Places).Select(place => BlowAsync(place, kinds, 2)).ToList();
        if (databaseKinds.Length > 0)
        {
            storms.Add(BlowAsync(0, databaseKinds, 30));
        }

        await Task.WhenAll(storms);
        stormed = TimeProvider.System.GetElapsedTime(since);

        async Task BlowAsync(int place, FaultKind[] possible, int mostSeconds)
        {
            await Task.Yield();
            while (TimeProvider.System.GetElapsedTime(since) < time)
            {
                await MakeAsync(place, [Draw(random => possible[random.Next(possible.Length)])]);
                await Task.Delay(TimeSpan.FromSeconds(Draw(random => random.NextDouble() * mostSeconds)));
            }
        }
    }

    /// <summary>Ends the load, waits until every run has ended, and has the history judged.</summary>
    /// <returns>What was done and found, for people.</returns>
    public async Task<string> EndAsync()
    {
        await load.EndAsync();
        var resumed = await fleet.ResumeAndRestAsync(Patience);
        var contents = await database.ReadAsync();
        var wrong = HistoryChecker.Judge(contents, fleet.Work(), load.Promises);
        var report = string.Create(
            CultureInfo.InvariantCulture,
            $"{stormed.TotalMinutes:F1} minutes of faults by chance; {contents.Runs.Count} runs, {contents.Appends.Count} appends, "
            + $"{contents.Carriers.Count} epochs of which {contents.Fenced} fenced, {fleet.Late().Count} calls too late, "
            + $"{resumed} times a run resumed that had seen five of them end; faults: ")
            + string.Join(", ", made.Select(m => $"{m.Key} {m.Value}"));
        Assert.True(wrong.Count == 0, $"{report}:\n{string.Join('\n', wrong.Take(20))}\n{fleet.Errors}");
        Assert.NotEmpty(load.Promises);
        Assert.True(contents.Fenced <= gone, $"{gone} processes were gone; {report}\n{fleet.Errors}");
        return report;
    }

    public async ValueTask DisposeAsync()
    {
        await fleet.DisposeAsync();
        await database.DisposeAsync();
    }

    private Task MakeAsync(int place, FaultKind fault) => fault switch
    {
        FaultKind.Kill => KillAsync(place),
        FaultKind.KillAtPoint => KillAtAsync(place, Draw(random => random.GetItems(Enum.GetValues<KillPoint>(), 1))),
        FaultKind.Freeze => FreezeAsync(place),
        FaultKind.FreezeBeforeEffect => FreezeInCallAsync(place, null),
        FaultKind.FreezeAfterEffect => FreezeInCallAsync(place, "done"),
        FaultKind.FreezeWithBatch => FreezeWithBatchAsync(place),
        FaultKind.Stop => StopAsync(place),
        FaultKind.CutWhileSending => BreakAsync(place, ConnectionFault.CutWhileSending),
        FaultKind.CutAfterSending => BreakAsync(place, ConnectionFault.CutAfterSending),
        FaultKind.LoseAnswer => BreakAsync(place, ConnectionFault.LoseAnswer),
        FaultKind.DelayAnswers => DelayAsync(place),
        FaultKind.KillDatabase => StopDatabaseAsync("immediate"),
        FaultKind.RestartDatabase => StopDatabaseAsync("fast"),
        FaultKind.FreezeDatabase => FreezeDatabaseAsync(),
        _ => throw new System.Diagnostics.UnreachableException(fault.ToString()),
    };

    private async Task KillAsync(int place)
    {
        await fleet[place].KillAsync();
        await ReplaceAsync(place);
    }

    private async Task StopAsync(int place)
    {
        var worker = fleet[place];
        var code = await worker.StopAsync();
        Assert.True(code == 0 || isStorming, worker.Errors); // in a storm there may be no database to say goodbye to
        await ReplaceAsync(place);
    }

    // A process that starts while there is no database ends again; whoever supervises it starts another.
    private Task ReplaceAsync(int place) => Eventually.TrueAsync(
        async () => await StartAt(place).IsReadyAsync(), Patience, () => $"no process came up: {fleet.Errors}");

    private WorkerProcess StartAt(int place, string? kill = null)
    {
        Interlocked.Increment(ref gone);
        return fleet.Replace(place, kill is null ? null : (FaultPlan.KillVariable, kill));
    }

    private async Task FreezeAsync(int place)
    {
        fleet[place].Freeze();
        await ThawLaterAsync(place);
    }

    private async Task FreezeInCallAsync(int place, string? settled)
    {
        await fleet.FreezeInCallAsync(place, settled, Patience);
        await ThawLaterAsync(place);
    }

    private async Task FreezeWithBatchAsync(int place)
    {
        var way = Server.WayOf(place);
        await way.BreakAsync(ConnectionFault.HoldAnswers, LeastBytesOfAppend, Patience);
        fleet[place].Freeze();
        way.Release();
        await ThawLaterAsync(place);
    }

    private async Task ThawLaterAsync(int place)
    {
        await Task.Delay(Frozen);
        if (Frozen >= LongerThanLease)
        {
            Interlocked.Increment(ref gone);
        }

        fleet[place].Thaw();
    }

    private Task BreakAsync(int place, ConnectionFault fault) =>
        Server.WayOf(place).BreakAsync(fault, LeastBytesOfAppend, Patience);

    private async Task DelayAsync(int place)
    {
        Server.WayOf(place).Delay = TimeSpan.FromMilliseconds(100);
        await Task.Delay(Short);
        Server.WayOf(place).Delay = TimeSpan.Zero;
    }

    private async Task StopDatabaseAsync(string mode)
    {
        await Task.Yield();
        Server.Server.Stop(mode);
        await Task.Delay(Short);
        Server.Server.StartAgain();
    }

    private async Task FreezeDatabaseAsync()
    {
        Server.Server.Freeze();
        await Task.Delay(LongerThanLease);
        Server.Server.Thaw();
    }

    private void Count(FaultKind fault)
    {
        lock (made)
        {
            made[fault] = made.GetValueOrDefault(fault) + 1;
        }
    }

    private TDrawn Draw<TDrawn>(Func<Random, TDrawn> draw)
    {
        lock (chance)
        {
            return draw(chance);
        }
    }
}
