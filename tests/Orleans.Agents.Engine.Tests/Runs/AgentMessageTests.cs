using Orleans.Agents.Failures;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>What agents tell each other, over the deaths of processes and between the runs of a tree.</summary>
public sealed class AgentMessageTests
{
    private const string Review = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          hops: { cyclic: 4 }
          start: write
          states:
            write: { agent: writer, save: { text: "${{ output }}" }, next: tell }
            tell: { message: { from: writer, to: critic }, input: { draft: "${{ context.text }}" }, next: hold }
            hold: { tool: test.held, timeout: 1h, next: judge }
            judge: { agent: critic, retry: { attempts: 2, backoff: 1ms, on: [transient] }, next: again }
            again: { agent: critic, next: done }
            done: { end: ok }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: writer }
        spec: { model: scripted }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: critic }
        spec: { model: scripted, instructions: Judge. }
        """;

    private const string Family = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: work
          states:
            work: { workflow: research, next: sum-up }
            sum-up: { agent: writer, save: { text: "${{ output }}" }, next: done }
            done: { end: "${{ context.text }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: research }
        spec:
          start: look
          states:
            look: { agent: reader, save: { found: "${{ output }}" }, next: tell }
            tell: { message: { from: reader, to: writer, run: parent }, input: "${{ context.found }}", next: lost }
            lost: { message: { from: reader, to: nobody, run: root }, next: done }
            done: { end: null }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: writer }
        spec: { model: scripted }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: reader }
        spec: { model: scripted }
        """;

    private readonly MemoryDatabase database = new();
    private readonly TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_message_is_told_in_the_next_turn_also_after_a_restart_and_in_no_other()
    {
        RunId run;
        await using (var house = await OpenAsync(Review))
        {
            house.Model.Answers("writer", "a draft");
            run = await house.StartAsync();
            var waits = await House.UntilAsync(house, run, state => state.State == "hold");
            Assert.Equal("""{"draft":"a draft"}""", Assert.Single(waits.Messages!).Payload.ToString());
        }

        held.SetResult();
        await using var next = await OpenAsync(Review, o => o.CarriesAllRuns = false);
        next.Model.Fails("critic", new Failure(FailureClass.Transient, "model.busy", "busy")).Answers("critic", "good").Answers("critic", "still good");
        await next.Engine.ResumeAsync(run);

        Assert.Equal(RunStatus.Succeeded, (await next.EndAsync(run)).Status);
        Assert.Equal([1, 1, 0], next.Model.Asked.Select(asked => asked.Messages.Length));
        var told = next.Model.Asked.First().Messages[0];
        Assert.Equal(("writer", "critic", 1, $"{run}/2"), (told.SenderRole, told.RecipientRole, told.HopIndex, told.Id));
        var events = (await next.Engine.ReadEventsAsync(run)).SelectMany(append => append.Events).ToList();
        Assert.Single(events.OfType<RunEvent.MessagesDelivered>());
    }

    [Fact]
    public async Task A_model_is_told_a_message_before_the_question_and_how_many_hops_there_may_be()
    {
        await using var house = await OpenAsync(Review);
        held.SetResult();
        house.Model.Answers("writer", "a draft").Answers("critic", "good").Answers("critic", "good");

        Assert.Equal(RunStatus.Succeeded, (await house.RunAsync()).Status);

        Assert.Equal(
            ["Judge.", "Message from writer to critic, hop 1 of 3:\n{\"draft\":\"a draft\"}", ""],
            house.Model.Questions.ElementAt(1).Select(message => message.Text));
        Assert.Equal(["Judge.", ""], house.Model.Questions.ElementAt(2).Select(message => message.Text));
    }

    [Fact]
    public async Task A_child_run_tells_an_agent_of_its_parent_and_what_nobody_is_asked_for_is_recorded()
    {
        await using var house = await OpenAsync(Family);
        house.Model.Answers("reader", "found it").Answers("writer", asked => $"{asked.Messages.Length}: {asked.Messages[0].Payload}");

        var run = await house.StartAsync();
        var end = await house.EndAsync(run);

        Assert.Equal("\"1: \\\"found it\\\"\"", end.Output.ToString());
        var events = (await house.Engine.ReadEventsAsync(run)).SelectMany(append => append.Events).ToList();
        Assert.Equal($"{run}~1.0/2", Assert.Single(events.OfType<RunEvent.MessageReceived>()).Message.Id);
        Assert.Equal(FailureCode.MessageUnknown, Assert.Single(events.OfType<RunEvent.MessageRefused>()).Failure.Code);
    }

    private Task<House> OpenAsync(string yaml, Action<EngineOptions>? configure = null) =>
        House.OpenAsync(new MemoryStore(database), yaml, null, configure, House.Tool("test.held", async (_, cancellation) =>
        {
            await held.Task.WaitAsync(cancellation);
            return House.Ok();
        }));
}
