using System.Collections.Immutable;
using System.Globalization;
using Orleans.Agents.EndToEnd.Tests.Checking;
using Orleans.Agents.EndToEnd.Tests.Processes;
using Xunit.Abstractions;

namespace Orleans.Agents.EndToEnd.Tests.Faults;

/// <summary>What processes do for each other's runs, many at a time.</summary>
[Collection(FaultSettings.Fleets)]
public sealed class TakeoverTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly ImmutableDictionary<string, string> Sound = ImmutableDictionary<string, string>.Empty;

    public static TheoryData<string> Stores() =>
        Environment.GetEnvironmentVariable("AGENTS_FULL") == "1" ? ["postgres", "sqlite"] : ["postgres"];

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task The_runs_of_a_killed_process_are_soon_carried_by_another(string store)
    {
        const int runs = 300;
        await using var database = Open(store);
        await using var fleet = await Fleet.StartAsync(database, Sound, Sound);
        var load = new Load(fleet);
        await load.StartAsync(
            runs, n => ("slow", $$"""{"n":{{n}},"ms":3000}""", $$"""{"n":{{n + 4}}}"""), place: 0);
        var carried = await OwnedByAsync(database, fleet[0]);

        await fleet[0].KillAsync();
        var since = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(
            async () => await OwnedByAsync(database, fleet[0]) == 0,
            TimeSpan.FromSeconds(30),
            () => $"the killed process still has runs; the other says {fleet[1].Errors}");

        output.WriteLine($"{store}: {carried} runs were taken over within {TimeProvider.System.GetElapsedTime(since)}");
        await fleet.RestAsync(Patience);
        var wrong = HistoryChecker.Judge(await database.ReadAsync(), fleet.Work(), load.Promises);
        Assert.Equal(runs, carried);
        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Runs_that_are_due_at_once_go_on_once_each_whoever_wakes_them(string store)
    {
        const int runs = 1_000;
        await using var database = Open(store);
        await using var fleet = await Fleet.StartAsync(database, Sound, Sound, Sound);
        var load = new Load(fleet);
        var due = TimeProvider.System.GetUtcNow().AddSeconds(15);
        var until = due.ToString("O", CultureInfo.InvariantCulture);
        await load.StartAsync(
            runs, n => ("waiting", $$"""{"n":{{n}},"until":"{{until}}"}""", $$"""{"n":{{n + 1}}}"""));
        var parked = await database.CountAsync("select count(*) from runs where wake_at is not null");

        await fleet.RestAsync(Patience);
        var contents = await database.ReadAsync();
        var last = contents.Appends.Where(a => a.Events.Contains("\"go\"", StringComparison.Ordinal)).Max(a => a.At);

        output.WriteLine($"{store}: {parked} runs were parked; the last went on {last - due} after it was due");
        Assert.InRange(parked, runs / 2, runs);
        Assert.Empty(HistoryChecker.Judge(contents, fleet.Work(), load.Promises));
        Assert.Equal(runs, fleet.Work().Effects.Count);
        Assert.DoesNotContain(contents.Appends, a => a.At < due && a.Events.Contains("\"go\"", StringComparison.Ordinal));
    }

    private static ISharedDatabase Open(string store) =>
        store == "sqlite" ? new SharedFileDatabase() : SharedServerDatabase.Start(FaultScenario.Places);

    private static Task<long> OwnedByAsync(ISharedDatabase database, WorkerProcess worker) => database.CountAsync(
        $"select count(*) from runs where owner in (select epoch from carrier where process like '%:{worker.Id}')");
}
