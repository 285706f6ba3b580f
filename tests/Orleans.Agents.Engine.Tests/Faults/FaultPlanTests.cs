using Orleans.Agents.Faults;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Engine.Tests.Faults;

public sealed class FaultPlanTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("agents-faults-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("+5m", 300)]
    [InlineData("-5m", -300)]
    [InlineData("-1h30m", -5400)]
    public void A_clock_is_as_wrong_as_it_is_said_to_be(string error, int seconds)
    {
        var clock = FaultPlan.Parse(null, null, error).Clock;

        var difference = clock.GetUtcNow() - TimeProvider.System.GetUtcNow();

        Assert.InRange(difference.TotalSeconds, seconds - 1, seconds + 60);
    }

    [Fact]
    public void A_clock_that_nobody_touched_is_the_systems_own() =>
        Assert.Same(TimeProvider.System, FaultPlan.Parse(null, null).Clock);

    [Theory]
    [InlineData("whenever", null, "before_send, after_send, after_commit, before_dispatch, after_effect")]
    [InlineData("before_send:0", null, "before_send:0")]
    [InlineData("before_send:soon", null, "before_send:soon")]
    [InlineData(null, "5m", "+5m or -90s")]
    [InlineData(null, "+soon", "+soon")]
    public void A_fault_that_does_not_exist_is_refused_with_those_that_do(string? kill, string? clock, string told) =>
        Assert.Contains(
            told,
            Assert.Throws<FormatException>(() => FaultPlan.Parse(kill, null, clock)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_point_that_is_not_the_chosen_one_is_passed()
    {
        var plan = FaultPlan.Parse("after_send:1", null);

        plan.Reached(KillPoint.BeforeSend);
        plan.Reached(KillPoint.AfterCommit);
    }

    [Fact]
    public void Of_effects_recorded_at_once_none_is_lost()
    {
        const int writers = 8;
        const int each = 500;
        var file = Path.Combine(folder, "effects.txt");

        // Each has a plan of its own, as each process has.
        Parallel.For(
            1,
            writers + 1,
            new ParallelOptions { MaxDegreeOfParallelism = writers },
            writer => Write(FaultPlan.Parse(null, file), writer));

        var lines = File.ReadAllLines(file);
        Assert.Equal(writers * each, lines.Length);
        Assert.Equal(writers * each, lines.Distinct(StringComparer.Ordinal).Count());

        static void Write(FaultPlan plan, int writer)
        {
            for (var attempt = 1; attempt <= each; attempt++)
            {
                plan.Record(new ActivityId(new RunId("run-one"), 1, 0), attempt, new Epoch(writer));
            }
        }
    }
}
