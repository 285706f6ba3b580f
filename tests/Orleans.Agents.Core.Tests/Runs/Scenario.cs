using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.Failures;
using Orleans.Agents.Replays;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>
/// A run in a test: commands go in, facts come out, and after each the state is what its facts make of it, and a replay
/// makes the same facts again.
/// </summary>
internal sealed class Scenario(Workflow workflow)
{
    public static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly Failure Busy = new(FailureClass.Transient, "model.busy", "busy");
    public static readonly Failure Missing = new(FailureClass.Permanent, "files.not_found", "missing");

    private readonly List<RunEvent> history = [];
    private readonly List<(DateTimeOffset At, ImmutableArray<RunEvent> Events)> appends = [];
    private Replay? replay;

    public RunState State { get; private set; } = RunState.Initial;

    public DateTimeOffset Now { get; set; } = Noon;

    public IReadOnlyList<RunEvent> History => history;

    /// <summary>The same facts, as each command led to them.</summary>
    public IReadOnlyList<(DateTimeOffset At, ImmutableArray<RunEvent> Events)> Appends => appends;

    public ImmutableArray<RunWork> Outstanding => Run.Outstanding(workflow, State);

    public RunWork.Attempt Attempt => Assert.Single(Outstanding.OfType<RunWork.Attempt>());

    public Scenario Start(string input = "{}")
    {
        Accept(new RunCommand.Start(new RunId("run-1"), Guid.Empty, Payload.Parse(input)));
        return this;
    }

    public Scenario Succeed(string output = "null", TimeSpan? waited = null)
    {
        var attempt = Attempt;
        Accept(new RunCommand.ReportSuccess(attempt.Activity.Visit, 0, attempt.Number, Payload.Parse(output), Waited: waited));
        return this;
    }

    public Scenario Fail(Failure failure, TimeSpan? waited = null)
    {
        var attempt = Attempt;
        Accept(new RunCommand.ReportFailure(attempt.Activity.Visit, 0, attempt.Number, failure, Waited: waited));
        return this;
    }

    /// <summary>The attempts under way, by branch.</summary>
    public SortedDictionary<int, RunWork.Attempt> Attempts =>
        new(Outstanding.OfType<RunWork.Attempt>().ToDictionary(a => a.Activity.Branch));

    public ImmutableArray<RunEvent> Succeed(int branch, string output)
    {
        var attempt = Attempts[branch];
        return Accept(new RunCommand.ReportSuccess(attempt.Activity.Visit, branch, attempt.Number, Payload.Parse(output)));
    }

    public ImmutableArray<RunEvent> Fail(int branch, Failure failure)
    {
        var attempt = Attempts[branch];
        return Accept(new RunCommand.ReportFailure(attempt.Activity.Visit, branch, attempt.Number, failure));
    }

    public Scenario Wake()
    {
        Accept(new RunCommand.Wake());
        return this;
    }

    public Scenario After(TimeSpan time)
    {
        Now += time;
        return this;
    }

    public Decision Tell(RunCommand command)
    {
        var decision = Run.Decide(workflow, State, command, Now);
        if (decision is Decision.Accepted accepted)
        {
            Assert.NotEmpty(accepted.Events);
            var folded = Run.Evolve(State, accepted.Events, accepted.At);
            Assert.Equal(Snapshot(folded), Snapshot(accepted.Next));
            history.AddRange(accepted.Events);
            appends.Add((accepted.At, accepted.Events));
            replay ??= new Replay(workflow, State);
            Assert.True(replay.Take(accepted.Events, accepted.At), $"{command} is decided again: {replay.Difference}");
            Assert.Equal(Snapshot(replay.State), Snapshot(accepted.Next));
            State = accepted.Next;
        }

        return decision;
    }

    public ImmutableArray<RunEvent> Accept(RunCommand command) =>
        Assert.IsType<Decision.Accepted>(Tell(command)).Events;

    /// <summary>The same run, its state written as a snapshot and read again.</summary>
    public Scenario Reopened(Workflow again)
    {
        var copy = new Scenario(again)
        {
            State = JsonSerializer.Deserialize(Snapshot(State), RunJson.Default.RunState)!,
            Now = Now,
        };
        copy.history.AddRange(history);
        return copy;
    }

    /// <summary>When a run may be put down until; null when it may not, or has no such moment.</summary>
    public static DateTimeOffset? ParkedUntil(RunState state, DateTimeOffset beyond) =>
        Parking.IsPossible(state, beyond, out var due) ? due : null;

    public static string Snapshot(RunState state) => JsonSerializer.Serialize(state, RunJson.Default.RunState);
}
