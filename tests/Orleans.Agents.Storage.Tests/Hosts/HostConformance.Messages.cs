using Orleans.Agents.Failures;
using Orleans.Agents.Hosting;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Tests.Hosts;

/// <content>What agents tell each other.</content>
public abstract partial class HostConformance
{
    [Fact]
    public async Task A_message_is_told_in_every_attempt_of_the_next_turn_and_in_no_other_also_when_its_place_has_left()
    {
        await using var host = await OpenAsync(MessageWorkflows.Review);
        var reached = Hold(1);
        Model.Answers("writer", "a draft").Fails("critic", new Failure(FailureClass.Transient, "model.busy", "busy"))
            .Answers("critic", "good").Answers("critic", "still good");
        var run = await StartAsync(host[0]);
        await reached.WaitAsync(Patience);

        await host.LeaveAsync(0);
        held.SetResult();

        Assert.Equal(RunStatus.Succeeded, (await EndAsync(host[1], run)).Status);
        Assert.Equal([1, 1, 0], MessagesTo("critic"));
        Assert.Single(await DeliveriesAsync(host[1], run));
    }

    // The lanes of the place that carries the run are taken; a place that lends has the turn made elsewhere meanwhile.
    [Fact]
    public async Task A_turn_hears_its_messages_once_also_when_it_is_made_at_another_place()
    {
        await using var host = await OpenAsync(MessageWorkflows.Crowded, lanes: 2);
        var reached = Hold(2);
        Model.Answers("writer", "a draft").Answers("critic", "good").Answers("critic", "still good");
        var run = await StartAsync(host[0]);
        await reached.WaitAsync(Patience);
        if (host.Lends)
        {
            await UntilAskedAsync("critic");
        }

        held.SetResult();

        Assert.Equal(RunStatus.Succeeded, (await EndAsync(host[1], run)).Status);
        Assert.Equal([1, 0], MessagesTo("critic"));
        Assert.Single(await DeliveriesAsync(host[0], run));
    }

    [Fact]
    public async Task A_child_run_tells_an_agent_of_its_parent_something_once()
    {
        await using var host = await OpenAsync(MessageWorkflows.Family);
        Model.Answers("reader", "found it").Answers("writer", "a text").Answers("writer", "the same text");

        var run = await StartAsync(host[0]);

        Assert.Equal("\"the same text\"", (await EndAsync(host[1], run)).Output.ToString());
        Assert.Equal([1, 0], MessagesTo("writer"));
        Assert.Equal("found it", Model.Asked.First(asked => asked.Agent.Name == "writer").Messages[0].Payload.ToString().Trim('"'));
        var events = (await host[1].ReadEventsAsync(run)).SelectMany(append => append.Events).ToList();
        Assert.Equal($"{run}~1.0/2", Assert.Single(events.OfType<RunEvent.MessageReceived>()).Message.Id);
    }

    private IEnumerable<int> MessagesTo(string agent) =>
        Model.Asked.Where(asked => asked.Agent.Name == agent).Select(asked => asked.Messages.Length);

    private static async Task<IEnumerable<RunEvent.MessagesDelivered>> DeliveriesAsync(IAgents agents, RunId run) =>
        (await agents.ReadEventsAsync(run)).SelectMany(append => append.Events).OfType<RunEvent.MessagesDelivered>();

    private async Task UntilAskedAsync(string agent)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (Model.Asked.All(asked => asked.Agent.Name != agent))
        {
            await Task.Delay(10, patience.Token);
        }
    }
}
