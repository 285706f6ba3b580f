using System.Text.Json;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>Whatever a run is told, in whatever order, its promises hold.</summary>
public sealed class RandomRunTests
{
    private static readonly Workflow Cyclic = Of(
        Tool("plan", "work") with { Retry = Thrice with { Jitter = 0.3m }, Catch = [On("transient", "rest")] },
        Tool("work", "rest", """{ "round": "${{ run.cycle.current }}" }""") with
        {
            Retry = Thrice,
            Save = [Save("last", "\"${{ output }}\"")],
            Catch = [On("permanent", "plan"), On("*", "done")],
        },
        Wait("rest", TimeSpan.FromSeconds(20), "review"),
        Tool("review") with
        {
            MaxVisits = 3,
            Next = [To("done", "output == 1"), To("work", "run.cycle.remaining > 0"), To("done")],
            Catch = [On("*", "refuse")],
        },
        End(output: "\"${{ context.last }}\""),
        Fail("refuse", "refused", "\"${{ error.message }}\"")) with
    {
        Budget = new Budget(25, TimeSpan.FromMinutes(3)),
        Deadline = TimeSpan.FromHours(1),
    };

    [Fact]
    public void Every_run_ends_within_its_bounds_and_is_what_its_facts_make_of_it()
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            var run = Play(seed);

            Assert.True(run.State.IsOver, $"seed {seed} did not end");
            Assert.InRange(run.State.ActivitiesUsed, 0, 25);
            Assert.Single(run.History, e => e is RunEvent.Succeeded or RunEvent.Failed);
            Assert.True(run.History[^1] is RunEvent.Succeeded or RunEvent.Failed, $"seed {seed}: something followed the end");
            var results = run.History.Select(ResultOf).OfType<(int, int)>().ToList();
            Assert.Equal(results.Count, results.Distinct().Count());
        }
    }

    [Fact]
    public void The_same_commands_lead_to_the_same_facts() =>
        Assert.Equal(Written(Play(7)), Written(Play(7)));

    [Fact]
    public void A_run_that_is_read_from_a_snapshot_decides_the_same()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            Assert.Equal(Written(Play(seed)), Written(Play(seed, throughSnapshots: true)));
        }
    }

    private static Scenario Play(int seed, bool throughSnapshots = false)
    {
        var random = new Random(seed);
        var run = new Scenario(Cyclic).Start();
        for (var step = 0; step < 3_000 && !run.State.IsOver; step++)
        {
            run.Now += TimeSpan.FromMilliseconds(random.Next(-2_000, 10_000));
            run.Tell(Command(run, random));
            Assert.True(run.State.IsOver || !run.Outstanding.IsEmpty, $"seed {seed}: the run waits for nobody");
            if (throughSnapshots)
            {
                run = run.Reopened(Cyclic);
            }
        }

        return run;
    }

    private static RunCommand Command(Scenario run, Random random)
    {
        var attempt = run.Outstanding.OfType<RunWork.Attempt>().FirstOrDefault();
        var visit = (attempt?.Activity.Visit ?? 1) - (random.Next(5) == 0 ? 1 : 0);
        var number = (attempt?.Number ?? 1) - (random.Next(5) == 0 ? 1 : 0);
        return random.Next(8) switch
        {
            0 => new RunCommand.TakeOver(new Epoch(run.State.Epoch + 1)),
            1 => new RunCommand.Wake(),
            2 => new RunCommand.ReportFailure(visit, 0, number, Scenario.Missing),
            3 or 4 => new RunCommand.ReportFailure(visit, 0, number, Scenario.Busy),
            5 => new RunCommand.ReportFailure(visit, 0, number, new Failure(FailureClass.Timeout, FailureCode.ActivityTimeout, "long")),
            var n => new RunCommand.ReportSuccess(visit, 0, number, Payload.Parse(n == 6 ? "1" : "{}")),
        };
    }

    private static (int Visit, int Attempt)? ResultOf(RunEvent happened) => happened switch
    {
        RunEvent.ActivitySucceeded e => (e.Visit, e.Attempt),
        RunEvent.ActivityFailed e => (e.Visit, e.Attempt),
        _ => null,
    };

    private static string Written(Scenario run) =>
        JsonSerializer.Serialize([.. run.History], RunJson.Default.ImmutableArrayRunEvent);
}
