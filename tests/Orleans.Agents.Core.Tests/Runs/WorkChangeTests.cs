using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>What changed of the outstanding work is what is listed in one state and not in the other.</summary>
public sealed class WorkChangeTests
{
    private static readonly Workflow Everything = Of(
        ForEach("work", "check", "[1,2,3,4,5,6]", limit: 3, settlement: new Settlement(Collects: true)) with
        {
            Do = Tool("work") with { Retry = Thrice with { Jitter = 0.3m } },
        },
        new State.Parallel(
            [
                new Branch("a", Once("check.a", canReconcile: true) with { Retry = Thrice }),
                new Branch("b", Once("check.b")),
                new Branch("c", Tool("check.c") with { Retry = Thrice }),
            ],
            new Settlement(2))
        {
            Name = "check",
            Timeout = TimeSpan.FromMinutes(2),
            Next = [To("rest")],
            Catch = [On("*", "rest")],
        },
        Wait("rest", TimeSpan.FromSeconds(20), "work") with { MaxVisits = 4, Catch = [On("*", "done")] },
        End()) with
    {
        Budget = new Budget(200, TimeSpan.FromHours(9)),
        Deadline = TimeSpan.FromHours(2),
    };

    [Fact]
    public void What_a_decision_changes_is_the_difference_of_the_lists()
    {
        var changes = 0;
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var run = new Scenario(Everything).Start();
            for (var step = 0; step < 400 && !run.State.IsOver; step++)
            {
                run.Now += TimeSpan.FromMilliseconds(random.Next(0, 4_000));
                var before = run.State;
                var (known, listed) = (run.History.Count, Listed(run));
                run.Tell(Command(run, random));
                var change = WorkChange.Between(Everything, before, [.. run.History.Skip(known)], run.State);

                Check(seed, change, listed, Listed(run), run.State);
                changes += change.Begun.Length + change.Ended.Length;
            }

            Assert.True(run.State.IsOver || run.Outstanding.Length > 0 || run.State.Ending is not null || run.State.Open.Count > 0);
        }

        Assert.True(changes > 2_000);
    }

    [Fact]
    public void Work_that_begins_later_than_it_was_to_is_begun_anew()
    {
        var workflow = Of(Tool("a", "done") with { Retry = Thrice }, End());
        var run = new Scenario(workflow).Start();
        var before = run.State;
        var events = run.Accept(new RunCommand.ReportFailure(1, 0, 1, Scenario.Busy));

        var change = WorkChange.Between(workflow, before, events, run.State);

        Assert.Equal(1, Assert.Single(change.Ended).Attempt);
        Assert.Equal(run.Now.AddSeconds(1), Assert.Single(change.Begun).StartsAt);
    }

    [Fact]
    public void Of_a_run_that_is_opened_all_work_begins()
    {
        var run = new Scenario(Everything).Start();

        var whole = WorkChange.Whole(Everything, run.State);

        Assert.Equal(3, whole.Begun.Length);
        Assert.Equal(Scenario.Noon.AddHours(2), whole.WakeAt);
    }

    private static void Check(
        int seed,
        WorkChange change,
        Dictionary<WorkKey, DateTimeOffset?> before,
        Dictionary<WorkKey, DateTimeOffset?> after,
        RunState state)
    {
        Assert.Equal(
            before.Keys.Except(after.Keys).Select(k => $"{k}").Order(StringComparer.Ordinal),
            change.Ended.Select(k => $"{k}").Order(StringComparer.Ordinal));
        Assert.Equal(
            after.Except(before).Select(p => $"{p}").Order(StringComparer.Ordinal),
            change.Begun.Select(w => $"{KeyValuePair.Create(w.Key!.Value, w.StartsAt)}").Order(StringComparer.Ordinal));
        var wake = Run.Outstanding(Everything, state).OfType<RunWork.WakeAt>().SingleOrDefault()?.DueAt;
        Assert.True(wake == change.WakeAt, $"seed {seed}: {wake} and {change.WakeAt}");
    }

    private static Dictionary<WorkKey, DateTimeOffset?> Listed(Scenario run) => run.Outstanding
        .Where(w => w is not RunWork.WakeAt)
        .ToDictionary(w => w.Key!.Value, w => w.StartsAt);

    private static RunCommand Command(Scenario run, Random random)
    {
        var open = run.State.Open.Keys.ToArray();
        var branch = open.Length == 0 ? 0 : open[random.Next(open.Length)];
        var attempt = run.State.Open.GetValueOrDefault(branch)?.Attempt ?? 1;
        var visit = run.State.Visit;
        var lost = new Failure(FailureClass.UnknownOutcome, FailureCode.UnknownOutcome, "lost", Cause: Scenario.Busy);
        return random.Next(16) switch
        {
            0 => new RunCommand.TakeOver(new Epoch(run.State.Epoch + 1)),
            1 => new RunCommand.Wake(),
            2 => new RunCommand.ReportFailure(visit, branch, attempt, Scenario.Missing),
            3 or 4 => new RunCommand.ReportFailure(visit, branch, attempt, Scenario.Busy),
            5 or 6 or 7 => new RunCommand.Intend(visit, branch, attempt, new Epoch(1)),
            8 => new RunCommand.ReportFailure(visit, branch, attempt, lost),
            9 => new RunCommand.ReportReconciled(visit, branch, attempt, Found(random)),
            10 => new RunCommand.Decide(visit, branch, attempt, random.Next(2) == 0 ? new Verdict.Retry() : new Verdict.Fail()),
            11 when random.Next(40) == 0 => new RunCommand.Cancel(),
            _ => new RunCommand.ReportSuccess(visit, branch, attempt, Payload.Parse("1")),
        };
    }

    private static Reconciliation Found(Random random) => random.Next(3) switch
    {
        0 => new Reconciliation.Happened(Payload.Parse("1")),
        1 => new Reconciliation.DidNotHappen(),
        _ => new Reconciliation.Unknown("no"),
    };
}
