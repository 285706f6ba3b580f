using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Schemas;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;
using static Orleans.Agents.Core.Tests.Runs.Scenario;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>Calls of which nobody knows whether they happened, until somebody decides.</summary>
public sealed class UndecidedCallTests
{
    private static readonly Failure Lost = new(
        FailureClass.UnknownOutcome,
        FailureCode.UnknownOutcome,
        "lost",
        Cause: new Failure(FailureClass.Timeout, FailureCode.ActivityTimeout, "too long"));
    private static readonly RunCommand.Intend Intent = new(1, 0, 1, new Epoch(4));
    private static readonly RunCommand.ReportFailure IsLost = new(1, 0, 1, Lost);

    [Fact]
    public void A_run_that_waits_for_a_decision_can_be_put_down()
    {
        var run = Undecided(Once("pay", "done"));
        Assert.True(Parking.IsPossible(run.State, run.Now.AddYears(1), out var due));
        Assert.Null(due);
        Assert.IsType<Decision.Ignored>(run.Tell(new RunCommand.Wake()));

        var bounded = new Scenario(Of(Once("pay", "done"), End()) with { Deadline = TimeSpan.FromHours(1) }).Start();
        bounded.Accept(Intent);
        bounded.Accept(IsLost);
        Assert.Equal(Noon.AddHours(1), ParkedUntil(bounded.State, Noon));
        bounded.After(TimeSpan.FromHours(1)).Wake();
        Assert.Equal(FailureCode.Deadline, bounded.State.Failure!.Code);
    }

    [Fact]
    public void The_time_in_which_nobody_decides_is_free()
    {
        var run = Started(Once("pay", "done"));
        run.Accept(Intent);
        run.After(TimeSpan.FromSeconds(3)).Accept(IsLost);
        run.After(TimeSpan.FromDays(1)).Accept(Verdict(new Verdict.Accept(Payload.Parse("1"))));

        Assert.Equal(TimeSpan.FromSeconds(3), run.State.ActiveTime);
    }

    [Fact]
    public void It_can_be_decided_that_it_happened()
    {
        var run = Undecided(Once("pay", "done") with { Save = [Save("paid", "\"${{ output }}\"")] });

        var events = run.Accept(Verdict(new Verdict.Accept(Payload.Parse("42"))));

        Assert.Equal(new RunEvent.ActivityDecided(1, 0, 1, VerdictKind.Accept), events[0]);
        Assert.Equal(new RunEvent.ActivitySucceeded(1, 0, 1, Payload.Parse("42")), events[1]);
        Assert.Equal(RunStatus.Succeeded, run.State.Status);
    }

    [Fact]
    public void It_can_be_decided_that_it_is_tried_again()
    {
        var run = Undecided(Once("pay", "done"));
        run.Accept(Verdict(new Verdict.Retry()));

        Assert.Equal(2, run.Attempt.Number);
        Assert.Equal(run.Now, run.Attempt.NotBefore);
        Assert.Equal(2, run.State.ActivitiesUsed);
        run.Accept(Intent with { Attempt = 2 });
    }

    [Fact]
    public void It_can_be_decided_that_it_failed()
    {
        var run = Undecided(Once("pay", "done") with { Catch = [On("unknown_outcome", "refuse")] }, Fail("refuse", "gone", "\"${{ error.code }}\""));

        var events = run.Accept(Verdict(new Verdict.Fail("the bank says no")));

        Assert.Equal(new RunEvent.ActivityDecided(1, 0, 1, VerdictKind.Fail, "the bank says no"), events[0]);
        Assert.Equal(FailureCode.UnknownOutcome, run.State.Failure!.Message);
        Assert.Equal(FailureClass.UnknownOutcome, run.State.Failure.Cause!.Class);
        Assert.Equal(FailureCode.ActivityTimeout, run.State.Failure.Cause.Cause!.Code);
    }

    [Fact]
    public void A_decision_is_made_once_and_about_what_waits_for_one()
    {
        var run = Started(Once("pay", "rest"), Wait("rest", TimeSpan.FromHours(1), "done"));
        Assert.IsType<Decision.Rejected>(run.Tell(Verdict(new Verdict.Retry())));
        run.Accept(Intent);
        Assert.IsType<Decision.Rejected>(run.Tell(Verdict(new Verdict.Retry())));
        run.Accept(IsLost);
        run.Accept(Verdict(new Verdict.Accept(Payload.Null)));
        Assert.IsType<Decision.Ignored>(run.Tell(Verdict(new Verdict.Accept(Payload.Null))));
    }

    [Fact]
    public void An_output_that_breaks_the_schema_of_its_state_is_not_accepted()
    {
        Assert.True(Schema.TryCompile(
            Payload.Parse("""{"type":"number"}"""), SchemaRegistry.Empty, out var schema, out _));
        var run = Undecided(Once("pay", "done") with { OutputSchema = schema });

        Assert.IsType<Decision.Rejected>(run.Tell(Verdict(new Verdict.Accept(Payload.Parse("\"x\"")))));
        Assert.IsType<Decision.Rejected>(run.Tell(Verdict(new Verdict.Accept(
            Payload.FromText(new string('x', RunLimits.PayloadBytes))))));
        run.Accept(Verdict(new Verdict.Accept(Payload.Parse("1"))));
    }

    [Fact]
    public void A_result_that_comes_after_all_makes_the_decision_needless()
    {
        var run = Undecided(Once("pay", "done"));
        run.Accept(new RunCommand.ReportSuccess(1, 0, 1, Payload.Parse("1")));

        Assert.Equal(RunStatus.Succeeded, run.State.Status);
    }

    [Fact]
    public void That_nobody_knows_is_said_once()
    {
        var run = Undecided(Once("pay", "done"));

        Assert.IsType<Decision.Ignored>(run.Tell(IsLost));
    }

    [Fact]
    public void A_run_that_waits_for_a_decision_is_the_same_after_a_snapshot()
    {
        var workflow = Of(Once("pay", "done"), End());
        var run = new Scenario(workflow).Start();
        run.Accept(Intent);
        run.Accept(IsLost);

        run.Reopened(workflow).Accept(Verdict(new Verdict.Accept(Payload.Null)));
    }

    private static Scenario Started(State first, params State[] others) => new Scenario(Of([first, .. others, End()])).Start();

    private static Scenario Undecided(State first, params State[] others)
    {
        var run = Started(first, others);
        run.Accept(Intent);
        run.Accept(IsLost);
        return run;
    }

    private static RunCommand.Decide Verdict(Verdict verdict) => new(1, 0, 1, verdict);
}
