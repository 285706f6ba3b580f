using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.EndToEnd.Tests.Checking;
using Orleans.Agents.EndToEnd.Tests.Processes;
using Orleans.Agents.Faults;

namespace Orleans.Agents.EndToEnd.Tests.Faults;

/// <summary>
/// A run in one process, the child runs that lose its race in another; one of the two is killed with SIGKILL at a boundary of the
/// journal, and another takes its place. The losers end when the run has moved on. The suite samples the boundaries;
/// <c>AGENTS_FULL=1</c> takes more of them.
/// </summary>
[Collection(FaultSettings.Fleets)]
public sealed class LosersElsewhereTests
{
    private const int RunsOwner = 0;
    private const int LosersCarrier = 1;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly bool Full = Environment.GetEnvironmentVariable("AGENTS_FULL") == "1";

    private static readonly ImmutableDictionary<string, string> Sound = ImmutableDictionary<string, string>.Empty;

    [Fact]
    public Task Whoever_carries_the_run_is_killed_while_another_process_carries_those_who_lose() =>
        KillAllAsync(RunsOwner, Full ? 4 : 0, (KillPoint.BeforeSend, 3), (KillPoint.AfterEffect, 1));

    [Fact]
    public Task Whoever_carries_those_who_lose_is_killed_while_the_run_goes_on_or_has_moved_on() =>
        KillAllAsync(LosersCarrier, Full ? 4 : 0, (KillPoint.AfterCommit, 2), (KillPoint.BeforeSend, 5));

    private static Task KillAllAsync(int place, int more, params (KillPoint Point, int Turn)[] sampled) => Task.WhenAll(
        Enum.GetValues<KillPoint>()
            .SelectMany(point => Enumerable.Range(1, more).Select(turn => (Point: point, Turn: turn)))
            .Union(sampled)
            .Where(kill => kill is not (KillPoint.AfterEffect, > 1)) // there may be no more than one before the race is settled
            .Chunk(more == 0 ? 1 : 8)
            .Select(kills => Task.Run(async () =>
            {
                foreach (var (point, turn) in kills)
                {
                    await KillAsync(place, $"{point}:{turn}", n: 10 * turn);
                }
            })));

    private static async Task KillAsync(int place, string kill, int n)
    {
        await using var database = new SharedFileDatabase();
        var environments = new[] { Sound.Add("WORKER_CARRIES_ITS_OWN", "1"), Sound };
        environments[place] = environments[place].Add(FaultPlan.KillVariable, kill);
        await using var fleet = await Fleet.StartAsync(database, environments);
        var first = fleet[RunsOwner].Id;
        var load = new Load(fleet);
        var starting = load.StartAsync(1, _ => ("losers", $$"""{"n":{{n}}}""", $$"""{"n":{{n + 2}}}"""), RunsOwner);

        Assert.Equal(ProcessEnd.Killed, await fleet[place].EndAsync());
        var between = await database.ReadAsync();
        if (between.Runs.Count > 0 && await BooksAsync(database, between.Runs[0].Run) is { } books)
        {
            FamilyBooks.StayWithinBudget(books);
        }

        fleet.Replace(place, (FaultPlan.KillVariable, ""));
        await starting;
        await fleet.RestAsync(Patience);
        await JudgeAsync(database, fleet.Work(), load.Promises.Single(), first);
    }

    private static async Task JudgeAsync(SharedFileDatabase database, WorkRecords work, Promise promise, int first)
    {
        var contents = await database.ReadAsync();
        var run = promise.Run;
        Assert.Equal(
            [$"{run} succeeded", $"{run}~1.0 failed", $"{run}~1.0~2.0 failed"],
            contents.Runs.Select(row => $"{row.Run} {row.Status}").Order(StringComparer.Ordinal));
        Assert.Equal(work.Once.Select(once => once.Activity).Distinct().Count(), work.Once.Count);
        Assert.Empty(work.Again);
        foreach (var row in contents.Runs)
        {
            List<string> wrong = [];
            var history = new RunHistoryFacts(row.Run, wrong.Add);
            contents.Appends.Where(append => append.Run == row.Run).ToList().ForEach(history.Add);
            Assert.Empty(wrong);
            Assert.Equal(row.Run == run ? promise.Output : null, history.Output);
            var replayed = await AgentsProcess.RunAsync(["runs", "replay", row.Run, "--store", FileOf(database)]);
            Assert.True(replayed.ExitCode == 0, $"{row.Run} is decided otherwise: {replayed.Output}{replayed.Error}");
        }

        FamilyBooks.AddUp((await BooksAsync(database, run))!.Value);
        LostElsewhereAndLate(contents, run, first);
    }

    // What became of the child was told when the run had left the race, and by another process than the run's own.
    private static void LostElsewhereAndLate(StoreContents contents, string run, int first)
    {
        var facts = contents.Appends.Where(append => append.Run == run).SelectMany(append => TypesOf(append.Events)).ToList();
        Assert.InRange(facts.IndexOf("activity.late_result 0"), facts.IndexOf("state.left") + 1, int.MaxValue);
        foreach (var child in (string[])[$"{run}~1.0", $"{run}~1.0~2.0"])
        {
            var last = contents.Appends.Last(append => append.Run == child).Epoch;
            Assert.DoesNotContain($":{first}", contents.Carriers.Single(carrier => carrier.Epoch == last).Process, StringComparison.Ordinal);
        }
    }

    private static List<string> TypesOf(string events)
    {
        using var json = JsonDocument.Parse(events);
        return
        [
            .. json.RootElement.EnumerateArray().Select(e => e.GetProperty("type").GetString() is "activity.late_result"
                ? $"activity.late_result {e.GetProperty("branch")}"
                : e.GetProperty("type").GetString()!),
        ];
    }

    // Null when there is no run yet.
    private static async Task<JsonElement?> BooksAsync(SharedFileDatabase database, string run)
    {
        var tree = await AgentsProcess.RunAsync(["runs", "tree", run, "--store", FileOf(database), "--json"]);
        return tree.ExitCode == 0 ? JsonElement.Parse(tree.Output) : null;
    }

    private static string FileOf(SharedFileDatabase database) => database.StoreFor(0)["sqlite:".Length..];
}
