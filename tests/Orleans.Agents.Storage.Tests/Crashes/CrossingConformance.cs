using Orleans.Agents.Definitions;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Tests.Crashes;

/// <summary>
/// Two processes share a store: one carries a run, the other the child runs that lose its fan-outs, and both call tools that must not
/// be called twice. One of them dies at each boundary, and another takes its place. The losers end when the run has moved on, and what
/// they cost is as good as chance. The suite samples the boundaries; <c>AGENTS_FULL=1</c> takes every one.
/// </summary>
public abstract class CrossingConformance
{
    private const int AtOnce = 4;

    private static readonly bool Full = Environment.GetEnvironmentVariable("AGENTS_FULL") == "1";

    private static readonly Lazy<Definition> Losing = new(() => CrashWorld.Load(LosersElsewhere.Yaml));

    protected abstract ITestDatabase Create();

    [Theory]
    [InlineData(DeathPoint.BeforeSend)]
    [InlineData(DeathPoint.AfterCommit)]
    [InlineData(DeathPoint.AfterEffect)]
    public Task Whoever_carries_a_run_dies_at_any_boundary_while_others_carry_those_who_lose(DeathPoint point) =>
        DieAsync(point, isFar: false);

    [Theory]
    [InlineData(DeathPoint.BeforeSend)]
    [InlineData(DeathPoint.AfterCommit)]
    [InlineData(DeathPoint.AfterEffect)]
    public Task Whoever_carries_those_who_lose_dies_at_any_boundary_whether_the_run_has_moved_on_or_not(DeathPoint point) =>
        DieAsync(point, isFar: true);

    private async Task DieAsync(DeathPoint point, bool isFar)
    {
        var (turn, died, isOver) = (0, 0, false);
        while (!isOver)
        {
            var turns = Enumerable.Range(0, AtOnce).Select(_ => turn = Next(turn)).ToArray();
            var deaths = await Task.WhenAll(turns.Select(one => Task.Run(() => DieAsync(point, one, isFar))));
            died += deaths.Count(hasDied => hasDied);
            isOver = !deaths[^1];
        }

        Assert.True(died >= 3, $"it died only {died} times at {point}");
    }

    // One of the two dies at one boundary, and another takes its place; false when all is over before that.
    private async Task<bool> DieAsync(DeathPoint point, int turn, bool isFar)
    {
        using var database = Create();
        var world = new CrashWorld(turn);
        var death = new Death(point, turn);
        await LiveSideBySideAsync(database, world, isFar ? Death.Never : death, isFar ? death : Death.Never);
        await using var after = database.Open();
        var contents = await CrashContents.ReadAsync(after);
        Assert.Empty(CrashJudge.JudgeEnd(contents, Losing.Value, LosersElsewhere.Output));
        Assert.Equal(LosersElsewhere.Runs, contents.Names);
        Assert.Equal(world.Paid.Distinct().Count(), world.Paid.Count);
        LostElsewhereAndLate(contents);
        return death.Came.IsCompleted;
    }

    private static async Task LiveSideBySideAsync(ITestDatabase database, CrashWorld world, Death near, Death far)
    {
        var isOver = new TaskCompletionSource();
        var beside = LiveAsync(database, far, (store, death) =>
            new CrashLife(store, world, Losing.Value, death, LosersElsewhere.IsFar).CarryAsync(isOver.Task));
        try
        {
            await LiveAsync(database, near, (store, death) =>
                new CrashLife(store, world, Losing.Value, death, LosersElsewhere.IsNear).LiveAsync());
        }
        finally
        {
            isOver.SetResult();
        }

        await beside;
    }

    // Lives, and once more when it dies; in between it is judged what it left behind.
    private static async Task LiveAsync(ITestDatabase database, Death death, Func<IStore, Death, Task<bool>> live)
    {
        if (!await live(database.Open(), death))
        {
            await using (var between = database.Open())
            {
                Assert.Empty(CrashJudge.Judge(await CrashContents.ReadAsync(between), Losing.Value));
            }

            Assert.True(await live(database.Open(), Death.Never));
        }
    }

    // What became of the losers was told when the run was in another state, and of the child runs by another process than the
    // run's own. A call that nobody knew of any more when the run moved on is told as that.
    private static void LostElsewhereAndLate(CrashContents contents)
    {
        var run = contents[CrashLife.Run];
        var late = run.Events.Select<RunEvent, (int, int)?>(e => e switch
        {
            RunEvent.LateResult told => (told.Visit, told.Branch),
            RunEvent.ActivityUnknown told => (told.Visit, told.Branch),
            _ => null,
        });
        Assert.Equal(LosersElsewhere.Losers, late.OfType<(int, int)>().Distinct().Order());
        var near = run.Appends.Select(append => append.Epoch).ToHashSet();
        Assert.All(LosersElsewhere.Far, far => Assert.DoesNotContain(contents[new RunId(far)].Appends[^1].Epoch, near));
    }

    // Sampled: 1, 2, 4, 8, …; in full: every one.
    private static int Next(int turn) => Full ? turn + 1 : Math.Max(turn * 2, 1);
}

public sealed class SqliteCrossingTests : CrossingConformance
{
    protected override ITestDatabase Create() => new SqliteTestDatabase();
}

public sealed class PostgresCrossingTests : CrossingConformance
{
    protected override ITestDatabase Create() => new PostgresTestDatabase();
}
