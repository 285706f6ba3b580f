using System.Collections.Immutable;
using Orleans.Agents.EndToEnd.Tests.Faults;
using Orleans.Agents.EndToEnd.Tests.Processes;

namespace Orleans.Agents.EndToEnd.Tests.Checking;

/// <summary>What real processes left behind is judged rightly, and wrongly done things in it are found.</summary>
[Collection(FaultSettings.Fleets)]
public sealed class PlantedFaultTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_process_that_does_everything_twice_is_found()
    {
        await using var database = new SharedFileDatabase();
        await using var fleet = await Fleet.StartAsync(
            database, ImmutableDictionary<string, string>.Empty.Add("WORKER_CALLS_TWICE", "1"));
        var load = new Load(fleet);
        await load.StartAsync(1, Quick);
        await fleet.RestAsync(Patience);

        var wrong = HistoryChecker.Judge(await database.ReadAsync(), fleet.Work(), load.Promises);

        Assert.Equal(6, wrong.Count);
        Assert.All(wrong, w => Assert.Contains("was done 2 times under epoch 1", w, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_taken_out_of_a_sound_history_is_missed()
    {
        await using var database = new SharedFileDatabase();
        await using var fleet = await Fleet.StartAsync(database, ImmutableDictionary<string, string>.Empty);
        var load = new Load(fleet);
        await load.StartAsync(3, Quick);
        await fleet.RestAsync(Patience);
        var sound = await database.ReadAsync();
        var work = fleet.Work();
        var lost = sound.Runs[0].Run;

        Assert.Empty(HistoryChecker.Judge(sound, work, load.Promises));
        Assert.Contains(
            $"{lost} was acknowledged for {sound.Runs[0].Key} and is lost", Judge(sound.Runs.Skip(1), sound.Appends));
        Assert.Contains($"{lost} has a row and no journal", Judge(sound.Runs, sound.Appends.Where(a => a.Run != lost)));
        Assert.All(
            sound.Appends,
            append => Assert.NotEmpty(Judge(sound.Runs, sound.Appends.Where(a => a != append))));
        Assert.All(
            work.Effects,
            effect => Assert.NotEmpty(
                HistoryChecker.Judge(sound, Later(effect), load.Promises)));

        IReadOnlyList<string> Judge(IEnumerable<RunRow> runs, IEnumerable<AppendRow> appends) =>
            HistoryChecker.Judge(sound with { Runs = [.. runs], Appends = [.. appends] }, work, load.Promises);

        WorkRecords Later(Effect effect) =>
            work with { Effects = [.. work.Effects, effect with { Epoch = effect.Epoch + 1 }] };
    }

    private static (string Workflow, string Input, string Output) Quick(int n) =>
        ("quick", $$"""{"n":{{n}}}""", $$"""{"n":{{n + 6}}}""");
}
