using System.Collections.Immutable;
using System.Reflection;
using Orleans.Agents.Core.Tests.Runs;
using Orleans.Agents.Failures;
using Orleans.Agents.Replays;
using Orleans.Agents.Runs;
using Orleans.Agents.Schemas;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;

namespace Orleans.Agents.Core.Tests.Replays;

/// <summary>
/// A journal is decided again and must come out the same. Every decision that any test of the rules makes is replayed too:
/// see <see cref="Scenario"/>.
/// </summary>
public sealed class ReplayTests
{
    private static readonly DateTimeOffset Noon = Scenario.Noon;

    public static TheoryData<string> Histories() => [.. GoldenHistory.Names];

    [Theory]
    [MemberData(nameof(Histories))]
    public void A_history_of_an_earlier_version_is_decided_the_same(string name)
    {
        var replay = new Replay(GoldenHistory.DefinitionOf(name));

        foreach (var (at, events) in GoldenHistory.Read(name))
        {
            Assert.True(replay.Take(events, at), $"{name}: {replay.Difference}");
        }

        Assert.Equal(replay.State.Origin!.Fork is null ? 0 : 1, replay.Unverified.Length);
    }

    [Fact]
    public void Histories_and_samples_have_every_kind_of_fact() => Assert.Equal(
        typeof(RunEvent).GetNestedTypes(BindingFlags.Public).Where(t => t.IsSubclassOf(typeof(RunEvent))).Select(t => t.Name).Order(StringComparer.Ordinal),
        GoldenHistory.Names.SelectMany(name => GoldenHistory.Read(name)).SelectMany(append => append.Events)
            .Select(e => e.GetType().Name).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void What_several_commands_led_to_in_one_append_is_taken_apart()
    {
        var workflow = Of(Parallel("both", "done", Settlement.All, ("a", null), ("b", null), ("c", null)), End());
        var run = new Scenario(workflow).Start();
        var begun = run.History.Count;
        run.Accept(new RunCommand.TakeOver(new Epoch(3)));
        run.Succeed(1, "1");
        run.Succeed(0, "0");
        run.Accept(new RunCommand.Cancel("enough"));

        var replay = Replayed(workflow, [.. run.History.Take(begun)]);
        Assert.True(replay.Take([.. run.History.Skip(begun)], Noon), $"{replay.Difference}");
        Assert.True(replay.State.IsOver);
    }

    [Fact]
    public void A_definition_that_leads_elsewhere_is_told_by_the_first_fact_that_differs()
    {
        var was = Of(Tool("a", "done") with { Save = [Save("x", "\"${{ output }}\"")] }, End());
        var changed = Of(Tool("a", "done") with { Save = [Save("x", "\"${{ output.n }}\"")] }, End());
        var run = new Scenario(was).Start();
        var begun = run.History.Count;
        run.Succeed("""{"n":1}""");
        var replay = Replayed(changed, [.. run.History.Take(begun)]);

        Assert.False(replay.Take([.. run.History.Skip(begun)], Noon));

        Assert.Equal(
            new Difference(6, 4, "state.left", "state.left", "/saved/x", Payload.Parse("""{"n":1}"""), Payload.Parse("1")),
            replay.Difference);
    }

    [Fact]
    public void Another_definition_is_told_by_its_hash()
    {
        var workflow = Of(Tool("a", "done"), End());
        var run = new Scenario(workflow).Start();
        var replay = new Replay(workflow with { Hash = "other" });

        Assert.False(replay.Take([.. run.History], Noon));

        Assert.Equal("/origin/hash", replay.Difference!.Field);
        Assert.Equal("\"other\"", replay.Difference.Decided.ToString());
    }

    [Fact]
    public void A_fact_that_nothing_leads_to_is_told_with_why_not()
    {
        var workflow = Of(Tool("a", "done"), End());
        var run = new Scenario(workflow).Start();
        var replay = Replayed(workflow, [.. run.History]);

        Assert.False(replay.Take([new RunEvent.ActivitySucceeded(1, 0, 2, Payload.Null)], Noon));

        Assert.Equal(("activity.succeeded", null, "", 3), (replay.Difference!.RecordedType, replay.Difference.DecidedType, replay.Difference.Field, replay.Difference.Version));
        Assert.Equal("The attempt is no longer the one that counts.", replay.Difference.Why);
        Assert.False(replay.Take([], Noon), "what comes after a difference is not compared");
    }

    [Fact]
    public void Facts_that_are_missing_at_the_end_of_an_append_are_told()
    {
        var workflow = Of(Tool("a", "done"), End());
        var run = new Scenario(workflow).Start();
        var begun = run.History.Count;
        run.Succeed();
        var replay = Replayed(workflow, [.. run.History.Take(begun)]);

        Assert.False(replay.Take([.. run.History.Skip(begun).SkipLast(1)], Noon));

        Assert.Equal((null, "run.succeeded", 6), (replay.Difference!.RecordedType, replay.Difference.DecidedType, replay.Difference.Version));
    }

    [Fact]
    public void A_time_that_runs_back_is_a_difference()
    {
        var workflow = Of(Tool("a", "done"), End());
        var run = new Scenario(workflow).Start();
        var begun = run.History.Count;
        run.Succeed();
        var replay = Replayed(workflow, [.. run.History.Take(begun)]);

        Assert.False(replay.Take([.. run.History.Skip(begun)], Noon.AddSeconds(-1)));

        Assert.Equal("/at", replay.Difference!.Field);
    }

    [Fact]
    public void What_the_journal_does_not_hold_is_told_and_the_rest_is_decided()
    {
        Assert.True(Schema.TryCompile(Payload.Parse("""{"type":"string"}"""), SchemaRegistry.Empty, out var text, out _));
        var workflow = Calling(
            Of(Tool("work", "done"), End()) with { Name = "child", Hash = "child-hash" },
            Child("ask", "done") with { OutputSchema = text, Catch = [On("output.invalid", "done")] },
            End());
        var run = new Scenario(workflow).Start();
        run.Accept(new RunCommand.StartChild(1, 0, 1));
        run.Accept(new RunCommand.ReportChild(1, 0, 1, Payload.Parse("7")));

        var replay = Replayed(workflow, [.. run.History.Take(2)]);
        Assert.True(replay.Take([run.History[2]], Noon));
        Assert.True(replay.Take([.. run.History.Skip(3)], Noon), $"{replay.Difference}");

        var missing = Assert.Single(replay.Unverified);
        Assert.Equal(4, missing.Version);
        Assert.Contains("run-1~1.0", missing.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_would_not_wait_for_a_call_is_found_in_what_it_left()
    {
        var workflow = Of(Once("pay", "done"), End());
        var run = new Scenario(workflow).Start();
        run.Accept(new RunCommand.Intend(1, 0, 1, new Epoch(1)));
        run.Accept(new RunCommand.Cancel());
        run.Accept(new RunCommand.Cancel());

        Assert.Equal(FailureCode.Cancelled, run.State.Failure!.Code);
    }

    private static Replay Replayed(Workflow workflow, ImmutableArray<RunEvent> begun)
    {
        var replay = new Replay(workflow);
        Assert.True(replay.Take(begun, Noon), $"{replay.Difference}");
        return replay;
    }
}
