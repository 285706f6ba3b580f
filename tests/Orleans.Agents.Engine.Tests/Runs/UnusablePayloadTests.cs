using System.Text;
using Orleans.Agents.Failures;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>What cannot be kept, or would not mean the same to everybody who reads it, does not become part of a history.</summary>
public sealed class UnusablePayloadTests
{
    private const string Calling = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: work
          states:
            work: { tool: test.work, retry: { attempts: 3, backoff: 1ms, on: [transient] }, next: done }
            done: { end: fine }
        """;

    private const string Asking = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: ask
          states:
            ask: { agent: helper, retry: { attempts: 3, backoff: 1ms, on: [transient] }, save: { got: "${{ output }}" }, next: done }
            done: { end: "${{ context.got }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: helper }
        spec: { model: scripted, output: { schema: { type: object } } }
        """;

    [Theory]
    [InlineData("""{"a":{"b":1,"b":2}}""", "/a/b stands there twice")]
    [InlineData("""{"a":["\ud83d"]}""", "/a/0 has half a surrogate pair")]
    [InlineData("""{"a":[1,}""", "/a/0 is not JSON")]
    public async Task An_output_of_a_tool_fails_its_attempt_with_the_path(string output, string why)
    {
        var calls = 0;
        await using var house = await House.OpenAsync(new MemoryStore(), Calling, null, null, House.Tool("test.work", (_, _) =>
        {
            calls++;
            return Task.FromResult<ToolResult>(
                new ToolResult.Succeeded(Payload.FromTrusted(Encoding.UTF8.GetBytes(output))));
        }));

        var failure = (await house.RunAsync()).Failure!;

        Assert.Equal((FailureCode.OutputUnusable, FailureClass.Permanent, 1), (failure.Code, failure.Class, calls));
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_is_asked_again()
    {
        await using var house = await House.OpenAsync(new MemoryStore(), Asking);
        house.Model.Answers("helper", """{"a":1,"a":2}""").Answers("helper", """{"a":2}""");

        Assert.Equal("""{"a":2}""", (await house.RunAsync()).Output.ToString());
        Assert.Equal(2, house.Model.Asked.Count);
    }

    [Fact]
    public async Task A_run_is_not_started_with_it()
    {
        var database = new MemoryDatabase();
        await using var house = await House.OpenAsync(new MemoryStore(database), Asking);

        var refused = Assert.IsType<StartResult.Refused>(
            await house.Engine.StartRunAsync(new StartRequest("test", Payload.Parse("""{"n":1,"n":2}"""))));

        Assert.Equal(FailureCode.InputInvalid, refused.Failure.Code);
        Assert.Contains("/n stands there twice", refused.Failure.Message, StringComparison.Ordinal);
        Assert.Empty(database.InOrder);
    }
}
