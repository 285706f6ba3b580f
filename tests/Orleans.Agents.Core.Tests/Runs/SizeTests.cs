using System.Collections.Immutable;
using Orleans.Agents.Failures;
using Orleans.Agents.Messages;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;
using static Orleans.Agents.Core.Tests.Runs.Scenario;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>How large things may become in a run, and what it is warned of before.</summary>
public sealed class SizeTests
{
    private static readonly SizeLimits Small = new(Prompt: 1000, Context: 1000, Payload: 500, History: 20);

    [Fact]
    public void What_nobody_bounded_is_as_large_as_the_engine_allows() => Assert.Equal(
        [RunLimits.PromptBytes, RunLimits.ContextBytes, RunLimits.PayloadBytes, RunLimits.Facts],
        Enum.GetValues<SizeKind>().Select(SizeLimits.Widest.Of));

    [Theory]
    [InlineData(500, true)]
    [InlineData(501, false)]
    public void An_input_may_be_as_large_as_its_run_was_given(int bytes, bool isAllowed)
    {
        var decision = new Scenario(Of(End())).Tell(StartOf(Small, Text(bytes)));

        Assert.Equal(isAllowed, decision is Decision.Accepted);
        Assert.True(isAllowed || decision is Decision.Rejected { Why: "The input has 501 bytes; at most 500 are allowed." });
    }

    [Fact]
    public void An_output_beyond_the_limit_fails_its_attempt_for_good()
    {
        var run = Begin(Of(Tool("a", "done") with { Retry = Thrice }, End())).Succeed(Text(501));

        Assert.Equal((FailureCode.PayloadTooLarge, FailureClass.Permanent), (run.State.Failure!.Code, run.State.Failure.Class));
        Assert.Equal("The output has 501 bytes; at most 500 are allowed.", run.State.Failure.Message);
    }

    [Fact]
    public void Branches_may_not_have_more_together_than_one_output_may()
    {
        var run = Begin(Of(Parallel("both", "done", Settlement.All, ("a", null), ("b", null)), End()));
        run.Succeed(0, Text(300));
        run.Succeed(1, Text(300));

        Assert.Equal(FailureCode.PayloadTooLarge, run.State.Failure!.Code);
    }

    [Theory]
    [InlineData("pass")]
    [InlineData("end")]
    [InlineData("tool")]
    [InlineData("branch")]
    [InlineData("child")]
    public void What_a_state_makes_of_what_it_has_is_bounded_too(string kind)
    {
        const string Twice = """["${{ input }}","${{ input }}"]""";
        State made = kind switch
        {
            "pass" => Pass("make", "done", Twice),
            "end" => End("make", Twice),
            "tool" => Tool("make", "done", Twice),
            "branch" => Parallel("make", "done", Settlement.All, ("a", Twice)),
            _ => Child("make", "done", input: Twice),
        };
        State[] states = kind == "end" ? [made] : [made, End()];
        var run = new Scenario(Calling(Of(End()) with { Name = "child", Hash = "child-hash" }, states));
        run.Accept(StartOf(Small, Text(300)));

        Assert.Equal(FailureCode.PayloadTooLarge, run.State.Failure!.Code);
        Assert.Equal("make", run.State.Failure.Origin!.State);
    }

    [Fact]
    public void A_context_beyond_the_limit_fails_the_state_that_saves()
    {
        var save = Save("x", """["${{ output }}","${{ output }}","${{ output }}"]""");
        var caught = On(FailureCode.ContextTooLarge, "done");
        var run = Begin(Of(Tool("a", "done") with { Save = [save], Catch = [caught] }, End())).Succeed(Text(400));

        Assert.Equal(RunStatus.Succeeded, run.State.Status);
        var left = run.History.OfType<RunEvent.StateLeft>().Single();
        Assert.Equal("The context would have 1204 bytes; at most 1000 are allowed.", left.Failure!.Message);
    }

    [Fact]
    public void A_context_that_a_run_would_begin_with_is_bounded()
    {
        var workflow = Of(End()) with { Context = [Save("x", """["${{ input }}","${{ input }}","${{ input }}"]""")] };
        var run = new Scenario(workflow);
        run.Accept(StartOf(Small, Text(400)));

        Assert.Equal(FailureCode.ContextTooLarge, run.State.Failure!.Code);
    }

    [Fact]
    public void A_run_with_too_many_facts_fails_and_asks_no_catch()
    {
        var again = Tool("a", "a") with { Catch = [On("*", "done")] };
        var run = Begin(Of(again, End()));
        while (!run.State.IsOver)
        {
            run.Succeed();
        }

        Assert.Equal((FailureCode.HistoryTooLarge, FailureClass.Permanent), (run.State.Failure!.Code, run.State.Failure.Class));
        Assert.Equal("There are 20 facts about the run; 20 are allowed. Start another run to go on.", run.State.Failure.Message);
        Assert.Equal(21, run.State.Version);
        Assert.DoesNotContain(run.History, fact => fact is RunEvent.StateLeft { Failure: not null });
    }

    [Fact]
    public void Signals_count_as_facts_whoever_sends_them()
    {
        var run = Begin(Of(Await("wait", "go", "done"), Await("never", "news", "done"), End()));
        for (var i = 0; run.State.Status == RunStatus.Running; i++)
        {
            run.Accept(new RunCommand.Signal("news", $"{i}", Payload.Null));
        }

        Assert.Equal(FailureCode.HistoryTooLarge, run.State.Failure!.Code);
    }

    [Fact]
    public void A_signal_beyond_the_limit_is_refused_to_its_sender()
    {
        var workflow = Of(Await("wait", "go", "done"), End());
        var run = Begin(workflow);

        Assert.Equal(FailureCode.PayloadTooLarge, SignalRules.Objection(workflow, run.State, "go", Payload.Parse(Text(501)))!.Code);
        Assert.Null(SignalRules.Objection(workflow, run.State, "go", Payload.Parse(Text(500))));
    }

    [Fact]
    public void Child_runs_are_bounded_like_the_run_that_starts_them()
    {
        var run = new Scenario(Calling(Of(End()) with { Name = "child", Hash = "child-hash" }, Child("a", "done"), End()));
        run.Accept(StartOf(Small, "null"));
        var started = Assert.IsType<Decision.Accepted>(run.Tell(new RunCommand.StartChild(1, 0, 1)));

        Assert.Equal(Small, Assert.Single(started.Children).Sizes);
    }

    [Fact]
    public void A_run_is_warned_once_of_each_size_that_comes_near_its_limit()
    {
        var run = Begin(Of(Tool("a", "b") with { Save = [Save("x", "\"${{ output }}\"")] }, Tool("b", "b") with { Save = [Save("y", "\"${{ output }}\"")] }));
        run.Succeed(Text(399));
        Assert.Null(run.State.Warnings);
        run.After(TimeSpan.FromSeconds(1)).Succeed(Text(450));
        Assert.Equal(
            [
                new SizeWarning(SizeKind.Payload, 450, 500, 6, Noon.AddSeconds(1), "b"),
                new SizeWarning(SizeKind.Context, 849, 1000, 7, Noon.AddSeconds(1), "b"),
            ],
            run.State.Warnings!.Value.ToArray());
        run.Succeed(Text(460)).Succeed(Text(470));

        Assert.Equal([SizeKind.Payload, SizeKind.Context], run.State.Warnings!.Value.Select(warning => warning.Kind));
        run.Succeed();
        Assert.Equal(16, run.State.Warnings.Value.Single(warning => warning.Kind is SizeKind.History).Version);
        Assert.Equal(90, run.State.Warnings.Value[0].Percent);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_run_is_warned_of_a_prompt_that_its_caller_says_is_large(bool succeeds)
    {
        var run = Begin(Of(Tool("a", "done"), End()));
        var usage = Usage.None with { PromptBytes = 810 };
        run.Accept(succeeds
            ? new RunCommand.ReportSuccess(1, 0, 1, Payload.Null, usage)
            : new RunCommand.ReportFailure(1, 0, 1, Missing, usage));

        Assert.Equal((SizeKind.Prompt, 810, 1000), Assert.Single(run.State.Warnings!.Value) is var one ? (one.Kind, one.Size, one.Limit) : default);
    }

    [Fact]
    public void Branches_signals_messages_inputs_and_outputs_are_watched()
    {
        Assert.Equal("", Warned(Begin(Of(Tool("a", "done"), End()))));
        Assert.Equal("Payload", Warned(Begin(Of(Tool("a", "done"), End()), Text(400))));
        Assert.Equal("Payload", Warned(Begin(Of(End(output: """["${{ input }}","${{ input }}"]""")), Text(230))));

        var both = Begin(Of(Parallel("both", "done", Settlement.All, ("a", null), ("b", null)), End()));
        both.Succeed(0, Text(200));
        both.Succeed(1, Text(210));
        Assert.Equal("Payload", Warned(both));

        var waiting = Begin(Of(Await("wait", "go", "done"), End()));
        waiting.Accept(new RunCommand.Signal("go", "1", Payload.Parse(Text(420))));
        Assert.Equal("Payload", Warned(waiting));

        var asking = Of(new State.AgentCall("writer") { Name = "ask", Next = [To("done")] }, End());
        var hearing = Begin(asking with { Agents = asking.Agents.Add("writer", new Agent { Name = "writer", Model = "m" }) });
        var message = new AgentMessage("run-0/1", "critic", "writer", 1, [], Noon, Payload.Parse(Text(420)));
        hearing.Accept(new RunCommand.Hear(message));
        Assert.Equal("Payload", Warned(hearing));
    }

    [Fact]
    public void A_fork_keeps_what_its_run_was_warned_of_except_of_its_history()
    {
        var workflow = Of(Tool("a", "a") with { Save = [Save("x", "\"${{ output }}\"")] });
        var run = Begin(workflow);
        while (run.State.Warnings is not { Length: 2 })
        {
            run.Succeed(Text(450));
        }

        Assert.True(Checkpoint.TryMake(workflow, run.State, new ForkAsked(new RunId("run-2"), Guid.Empty, default), run.Now, out var made, out _));
        var warning = Assert.Single(made.Warnings!.Value);
        Assert.Equal((SizeKind.Payload, 0), (warning.Kind, warning.Version));
        Assert.Equal(Small, made.Bounds!.Sizes);
    }

    private static Scenario Begin(Workflow workflow, string input = "null")
    {
        var run = new Scenario(workflow);
        run.Accept(StartOf(Small, input));
        return run;
    }

    private static RunCommand.Start StartOf(SizeLimits limits, string input) =>
        new(new RunId("run-1"), Guid.Empty, Payload.Parse(input), Sizes: limits);

    private static string Warned(Scenario run) =>
        string.Join(", ", (run.State.Warnings ?? ImmutableArray<SizeWarning>.Empty).Select(warning => warning.Kind));

    // JSON of so many bytes.
    private static string Text(int bytes) => $"\"{new string('x', bytes - 2)}\"";
}
