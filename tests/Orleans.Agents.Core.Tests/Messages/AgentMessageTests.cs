using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.Budgets;
using Orleans.Agents.Core.Tests.Runs;
using Orleans.Agents.Failures;
using Orleans.Agents.Messages;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;

namespace Orleans.Agents.Core.Tests.Messages;

/// <summary>What agents tell each other inside a tree of runs.</summary>
public sealed class AgentMessageTests
{
    private static readonly DateTimeOffset Noon = Scenario.Noon;

    [Fact]
    public void A_message_is_kept_until_its_agent_has_a_turn_and_is_told_in_that_turn()
    {
        var run = Talking(Ask("write", "writer", "tell"), Send("tell", "writer", "critic", "judge"), Ask("judge", "critic", "done")).Start();
        var events = run.Accept(Answer(1));

        var message = new AgentMessage("run-1/2", "writer", "critic", 1, [], Noon, Payload.Parse("\"text\""));
        Same(new RunEvent.MessageSent(message), events[3]);
        Same(new RunEvent.MessagesDelivered(3, 0, "critic", 1, ["run-1/2"]), events[^1]);
        Same(message, Assert.Single(MessageRules.HeardIn(run.State, 0)));
        Assert.Null(run.State.Messages);
        Assert.Empty(MessageRules.HeardIn(run.State, 1));
        run.Accept(Answer(3));
        Assert.Null(run.State.Heard);
    }

    [Fact]
    public void The_state_goes_on_at_once_with_the_name_of_the_message_and_its_hop()
    {
        var tell = Send("tell", "writer", "critic", "done") with { Save = [Save("told", "\"${{ output }}\"")] };
        var run = Talking(Ask("write", "writer", "tell"), tell, End("done", "\"${{ context.told }}\"")).Start();
        run.Accept(Answer(1));

        Assert.Equal("""{"id":"run-1/2","hop":1}""", run.State.Output.ToString());
        Assert.Equal((null, null, null), (run.State.Messages, run.State.Heard, run.State.Chains));
    }

    [Fact]
    public void Every_attempt_of_the_turn_is_told_it_and_no_other_turn_is()
    {
        var run = Talking(
            Ask("write", "writer", "tell"),
            Send("tell", "writer", "critic", "judge"),
            Ask("judge", "critic", "again") with { Retry = Thrice },
            Ask("again", "critic", "done")).Start();
        run.Accept(Answer(1));
        run.Accept(new RunCommand.ReportFailure(3, 0, 1, Scenario.Busy));
        Assert.Single(MessageRules.HeardIn(run.State, 0));
        run.Accept(new RunCommand.TakeOver(new Epoch(9)));
        Assert.Single(MessageRules.HeardIn(run.State, 0));

        run.Accept(new RunCommand.ReportSuccess(3, 0, 2, Payload.Null));

        Assert.Equal("again", run.State.State);
        Assert.Empty(MessageRules.HeardIn(run.State, 0));
        Assert.Single(run.History.OfType<RunEvent.MessagesDelivered>());
    }

    [Fact]
    public void Several_messages_are_told_in_the_order_in_which_they_were_sent()
    {
        var run = Talking(
            Ask("write", "writer", "one"),
            Send("one", "writer", "critic", "two", "1"),
            Send("two", "writer", "critic", "judge", "2"),
            Ask("judge", "critic", "done")).Start();
        run.Accept(Answer(1));

        Assert.Equal(["1", "2"], MessageRules.HeardIn(run.State, 0).Select(message => message.Payload.ToString()));
        Assert.Equal("Message from writer to critic, hop 1 of 3:\n2", MessageRules.TextOf(Of(End()), MessageRules.HeardIn(run.State, 0).Last()));
    }

    [Fact]
    public void Of_turns_side_by_side_the_first_is_told_it()
    {
        var both = new State.Parallel(
            [new("a", Tool("both.a")), new("b", Ask("both.b", "critic")), new("c", Ask("both.c", "critic"))], Settlement.All)
        {
            Name = "both",
            Next = [To("done")],
        };
        var run = Talking(Ask("write", "writer", "tell"), Send("tell", "writer", "critic", "both"), both).Start();
        run.Accept(Answer(1));

        Assert.Equal([0, 1, 0], Enumerable.Range(0, 3).Select(branch => MessageRules.HeardIn(run.State, branch).Count()));
    }

    [Fact]
    public void Who_answers_goes_on_with_the_chain_and_who_was_told_nothing_begins_anew()
    {
        var run = Talking(
            Ask("write", "writer", "tell"),
            Send("tell", "writer", "critic", "judge"),
            Ask("judge", "critic", "answer"),
            Send("answer", "critic", "editor", "new"),
            Ask("new", "critic", "other"),
            Send("other", "critic", "editor", "edit"),
            Ask("edit", "editor", "done")).Start();
        run.Accept(Answer(1));
        run.Accept(Answer(3));
        run.Accept(Answer(5));

        Assert.Equal([(2, "writer"), (1, "")], MessageRules.HeardIn(run.State, 0).Select(m => (m.HopIndex, string.Join(',', m.Trail))));
    }

    [Theory]
    [InlineData(3, 5, 5)]
    [InlineData(3, 2, 2)]
    public void A_chain_that_comes_back_to_somebody_has_so_many_hops_and_no_more(int linear, int cyclic, int last)
    {
        State[] states =
        [
            Ask("write", "writer", "tell"), Send("tell", "writer", "critic", "judge"), Ask("judge", "critic", "answer"),
            Send("answer", "critic", "writer", "write") with { Catch = [On("message.hops", "done")] },
        ];
        states[1] = states[1] with { Catch = [On("message.hops", "done")] };
        var run = Talking(new HopLimits(linear, cyclic), states).Start();
        for (var turn = 0; turn < 10 && !run.State.IsOver; turn++)
        {
            run.Accept(Answer(run.State.Visit));
        }

        Assert.Equal(RunStatus.Succeeded, run.State.Status);
        Assert.Equal(Enumerable.Range(1, last), run.History.OfType<RunEvent.MessageSent>().Select(sent => sent.Message.HopIndex));
        var refused = run.History.OfType<RunEvent.StateLeft>().Single(left => left.Failure is not null).Failure!;
        Assert.Equal(FailureCode.MessageHops, refused.Code);
        Assert.Contains($"hop {last + 1} of a chain, writer, critic", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_in_which_nobody_stands_twice_is_shorter()
    {
        string[] roles = ["writer", "critic", "editor", "boss", "reader"];
        State[] states =
        [
            .. roles.SkipLast(1).SelectMany((role, i) => (State[])
            [
                Ask($"ask-{role}", role, $"tell-{role}"), Send($"tell-{role}", role, roles[i + 1], i < 3 ? $"ask-{roles[i + 1]}" : "done"),
            ]),
        ];
        var run = Talking(states).Start();
        while (!run.State.IsOver)
        {
            run.Accept(Answer(run.State.Visit));
        }

        Assert.Equal(FailureCode.MessageHops, run.State.Failure!.Code);
        Assert.Equal("tell-boss", run.State.Failure.Origin!.State);
    }

    [Fact]
    public void What_is_set_aside_for_a_turn_covers_what_is_told_in_it()
    {
        long Reserved(params State[] states)
        {
            var run = Talking(states).Start();
            run.Accept(Answer(1));
            return run.State.Books!.Reserved!.Tokens!.Value;
        }

        var silent = Reserved(Ask("write", "writer", "judge"), Ask("judge", "critic", "done"));
        var told = Reserved(Ask("write", "writer", "tell"), Send("tell", "writer", "critic", "judge"), Ask("judge", "critic", "done"));

        Assert.Equal("Message from writer to critic, hop 1 of 3:\ntext".Length, told - silent);
    }

    [Fact]
    public void A_message_goes_to_another_run_of_the_tree_and_to_no_other()
    {
        Decision.Accepted Sent(string run, RunParent? parent)
        {
            var tell = Send("tell", "writer", "boss", "done") with { Run = Json($"\"{run}\"") };
            var workflow = Workflow(HopLimits.Default, Ask("write", "writer", "tell"), tell);
            var scenario = new Scenario(workflow);
            scenario.Accept(new RunCommand.Start(new RunId("root~1.0~2.0"), Guid.Empty, Payload.Null, Parent: parent));
            return Assert.IsType<Decision.Accepted>(scenario.Tell(Answer(1)));
        }

        var family = new RunParent("root~1.0", 2, 0, 1, "root", 2);
        Assert.Equal("root~1.0", Assert.Single(Sent("parent", family).Sent).Run.Value);
        Assert.Equal("root", Assert.Single(Sent("root", family).Sent).Run.Value);
        Assert.Equal("root~3.0", Assert.Single(Sent("root~3.0", family).Sent).Run.Value);
        Assert.Null(Sent("root~1.0~2.0", family).Next.Messages);
        Assert.Equal(FailureCode.MessageNoRun, Sent("other", family).Next.Failure!.Code);
        Assert.Equal(FailureCode.MessageNoRun, Sent("rooted", family).Next.Failure!.Code);
        Assert.Equal("The run has no parent that agent 'boss' could be told something in.", Sent("parent", null).Next.Failure!.Message);
    }

    [Fact]
    public void A_message_from_another_run_is_told_in_the_next_turn_and_refused_where_nobody_asks_its_agent()
    {
        var run = Talking(Ask("write", "writer", "judge"), Ask("judge", "critic", "done")).Start();
        var message = new AgentMessage("run-0/2", "boss", "critic", 1, [], Noon, Payload.Null);

        Same(new RunEvent.MessageReceived(message), Assert.Single(run.Accept(new RunCommand.Hear(message))));
        var refused = Assert.IsType<RunEvent.MessageRefused>(Assert.Single(run.Accept(new RunCommand.Hear(message with { Id = "run-0/3", RecipientRole = "nobody" }))));
        Assert.Equal(FailureCode.MessageUnknown, refused.Failure.Code);
        run.Accept(Answer(1));

        Assert.Equal("run-0/2", Assert.Single(MessageRules.HeardIn(run.State, 0)).Id);
    }

    [Fact]
    public void No_more_messages_are_kept_than_there_may_be()
    {
        var run = Talking(Ask("write", "writer", "tell"), Send("tell", "writer", "critic", "judge"), Ask("judge", "critic", "done")).Start();
        for (var i = 0; i < RunLimits.Messages; i++)
        {
            run.Accept(new RunCommand.Hear(new AgentMessage($"run-0/{i}", "boss", "critic", 1, [], Noon, Payload.Null)));
        }

        var refused = Assert.IsType<RunEvent.MessageRefused>(Assert.Single(run.Accept(
            new RunCommand.Hear(new AgentMessage("run-0/x", "boss", "critic", 1, [], Noon, Payload.Null)))));
        Assert.Equal(FailureCode.MessagesFull, refused.Failure.Code);
        run.Accept(Answer(1));
        Assert.Equal(FailureCode.MessagesFull, run.State.Failure!.Code);
    }

    private static Scenario Talking(params State[] states) => Talking(HopLimits.Default, states);

    private static Scenario Talking(HopLimits hops, params State[] states) => new(Workflow(hops, states));

    private static Workflow Workflow(HopLimits hops, params State[] states) =>
        Of(states.Any(state => state.Name == "done") ? states : [.. states, End()]) with
        {
            Hops = hops,
            Agents = ((string[])["writer", "critic", "editor", "boss", "reader"]).ToImmutableSortedDictionary(
                name => name,
                name => new Agent { Name = name, Model = "m", MaxOutputTokens = 100, Price = new Price(3, 15), Prompt = Json("\"say\"") },
                StringComparer.Ordinal),
        };

    private static State.AgentCall Ask(string name, string agent, string? next = null) =>
        new(agent) { Name = name, Next = next is null ? [] : [To(next)] };

    private static State.Send Send(string name, string from, string to, string next, string payload = "\"text\"") =>
        new(to, from) { Name = name, Input = Json(payload), Next = [To(next)] };

    private static RunCommand.ReportSuccess Answer(int visit) => new(visit, 0, 1, Payload.Null, new Usage("m", 1, 1));

    private static void Same<T>(T expected, T found) => Assert.Equal($"{Written(expected)}", $"{Written(found)}");

    private static string Written<T>(T value) => value is RunEvent happened
        ? JsonSerializer.Serialize(happened, Serialization.RunJson.Default.RunEvent)
        : JsonSerializer.Serialize((AgentMessage)(object)value!, Serialization.RunJson.Default.AgentMessage);
}
