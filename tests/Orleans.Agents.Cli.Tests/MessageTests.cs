namespace Orleans.Agents.Cli.Tests;

/// <summary>What agents tell each other, as <c>agents runs show</c> shows it.</summary>
public sealed class MessageTests : IDisposable
{
    private const string Telling = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: telling }
        spec:
          start: write
          states:
            write: { agent: writer, next: tell }
            tell: { message: { from: writer, to: critic }, input: { n: 1.50 }, next: ask }
            ask: { wait: { signal: go }, next: judge }
            judge: { agent: critic, next: done }
            done: { end: null }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: writer }
        spec: { model: offline, answer: A draft. }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: critic }
        spec: { model: offline, answer: Good. }
        """;

    private readonly Workspace workspace = new();

    [Fact]
    public async Task A_message_that_waits_for_its_turn_is_shown_and_the_events_say_when_it_was_told()
    {
        workspace.Write("w.yaml", Telling);
        using var carrier = workspace.Start(["run", "w.yaml", "--id", "telling", "--verbose"]);
        await Workspace.UntilTellsAsync(carrier, "waits for signal go");

        var message = Assert.Single((await workspace.AgentsAsync("runs", "show", "telling")).With(0).Payload.GetProperty("messages").EnumerateArray());
        (await workspace.AgentsAsync("runs", "signal", "telling", "go")).With(0);
        (await Workspace.EndOfAsync(carrier)).With(0);

        Assert.Equal(("writer", "critic", 1, 2, false), (
            message.GetProperty("sender_role").GetString(),
            message.GetProperty("recipient_role").GetString(),
            message.GetProperty("hop_index").GetInt32(),
            message.GetProperty("hops_left").GetInt32(),
            message.GetProperty("is_told").GetBoolean()));
        Assert.Equal("""{"n":1.50}""", message.GetProperty("payload").GetRawText());
        var types = (await workspace.AgentsAsync("runs", "events", "telling")).With(0).Payload.EnumerateArray()
            .Select(e => e.GetProperty("type").GetString());
        Assert.Equal(["message.sent", "message.delivered"], types.Where(type => type!.StartsWith("message.", StringComparison.Ordinal)));
    }

    public void Dispose() => workspace.Dispose();
}
