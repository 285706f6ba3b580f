using Orleans.Agents.Definitions;

namespace Orleans.Agents.Storage.Tests.Crashes;

/// <summary>
/// A workflow with everything a run can do dies at each boundary and is carried on by another process: same output, each call that
/// must not be made twice made once, exactly one run for each child and launch, and books that are exact. Calls have random costs;
/// losers tell what they did when the run has moved on. The suite samples the boundaries; <c>AGENTS_FULL=1</c> takes every one.
/// </summary>
public abstract class CrashConformance
{
    private const int AtOnce = 4;

    private static readonly bool Full = Environment.GetEnvironmentVariable("AGENTS_FULL") == "1";

    private static readonly Lazy<Definition> Everything = new(() => CrashWorld.Load(EveryFeature.Yaml));

    protected abstract ITestDatabase Create();

    [Theory]
    [InlineData(DeathPoint.BeforeSend)]
    [InlineData(DeathPoint.AfterCommit)]
    [InlineData(DeathPoint.AfterEffect)]
    public async Task A_run_that_does_everything_dies_at_any_boundary_and_ends_the_same(DeathPoint point)
    {
        var (turn, died, isOver) = (0, 0, false);
        while (!isOver)
        {
            var turns = Enumerable.Range(0, AtOnce).Select(_ => turn = Next(turn)).ToArray();
            var lives = await Task.WhenAll(turns.Select(one => Task.Run(() => DieAsync(point, one))));
            died += lives.Count(life => life);
            isOver = !lives[^1];
        }

        Assert.True(died >= 4, $"it died only {died} times at {point}");
    }

    // Dies at one boundary and is carried on; false when all is over before that.
    private async Task<bool> DieAsync(DeathPoint point, int turn)
    {
        using var database = Create();
        var world = new CrashWorld(turn);
        var hasDied = !await new CrashLife(database.Open(), world, Everything.Value, new Death(point, turn)).LiveAsync();
        if (hasDied)
        {
            await using (var between = database.Open())
            {
                Assert.Empty(CrashJudge.Judge(await CrashContents.ReadAsync(between), Everything.Value));
            }

            Assert.True(await new CrashLife(database.Open(), world, Everything.Value, Death.Never).LiveAsync());
        }

        await using var after = database.Open();
        var contents = await CrashContents.ReadAsync(after);
        Assert.Empty(CrashJudge.JudgeEnd(contents, Everything.Value, EveryFeature.Output));

        // The child of a branch that loses may not have begun.
        Assert.Equal(["run-1", "run-1~4.0", "run-1~4.0~2.0", "run-1~9.0"], contents.Names.Where(run => run != "run-1~5.0"));
        Assert.Equal(world.Paid.Distinct().Count(), world.Paid.Count);
        return hasDied;
    }

    // Sampled: 1, 2, 4, 8, 15, …; in full: every one.
    private static int Next(int turn) => Full ? turn + 1 : turn + 1 + (turn * 3 / 4);
}

public sealed class SqliteCrashTests : CrashConformance
{
    protected override ITestDatabase Create() => new SqliteTestDatabase();
}

public sealed class PostgresCrashTests : CrashConformance
{
    protected override ITestDatabase Create() => new PostgresTestDatabase();
}
