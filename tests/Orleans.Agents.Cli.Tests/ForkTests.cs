namespace Orleans.Agents.Cli.Tests;

/// <summary>Runs forked on the command line.</summary>
public sealed class ForkTests : IDisposable
{
    private const int KilledBySignal = 128 + 9;

    private const string Greeting = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: hello }
        spec:
          start: think
          states:
            think: { pass: {}, input: "${{ input.name }}", save: { who: "${{ output }}" }, next: rest }
            rest: { wait: { duration: 1ms }, next: greet }
            greet: { tool: text.count, input: { text: "hello ${{ context.who }}" }, save: { words: "${{ output.words }}" }, next: done }
            done: { end: "${{ context.who }} ${{ context.words }}" }
        """;

    private readonly Workspace workspace = new();

    [Fact]
    public async Task A_run_is_forked_and_carried_on_also_after_a_kill()
    {
        await RunAsync();
        var forked = (await workspace.AgentsAsync("runs", "fork", "first", "--at", "4", "--context", """{"who":"Bob Dob"}""", "--id", "second")).With(0).Payload;
        Assert.True(forked.GetProperty("is_new").GetBoolean());

        workspace.Environment["AGENTS_FAULT_KILL"] = "after_effect:1";
        (await workspace.AgentsAsync("runs", "resume", "second")).With(KilledBySignal);
        workspace.Environment["AGENTS_FAULT_KILL"] = null;
        Assert.Equal("Bob Dob 3", (await workspace.AgentsAsync("runs", "resume", "second")).With(0).Payload.GetString());

        var shown = (await workspace.AgentsAsync("runs", "show", "second")).With(0).Payload.GetProperty("forked_from");
        Assert.Equal(("first", 4, true), (shown.GetProperty("run").GetString(), shown.GetProperty("version").GetInt32(), shown.GetProperty("edited").GetBoolean()));
        Assert.Contains("first at version 4, with a changed context", (await workspace.AtTerminalAsync("runs show second")).Out, StringComparison.Ordinal);
        Assert.Equal("first", (await workspace.AgentsAsync("runs", "tree", "second")).With(0).Payload.GetProperty("forked_from").GetProperty("run").GetString());
        Assert.Contains("forked from first at version 4", (await workspace.AtTerminalAsync("runs tree second")).Out, StringComparison.Ordinal);
        var replayed = (await workspace.AgentsAsync("runs", "replay", "second")).With(0);
        Assert.True(replayed.Payload.GetProperty("same").GetBoolean());
        Assert.Equal(1, Assert.Single(replayed.Payload.GetProperty("not_verified").EnumerateArray()).GetProperty("version").GetInt32());
        Assert.Contains("version 1 is not verified", replayed.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused()
    {
        await RunAsync();

        var boundary = (await workspace.AgentsAsync("runs", "fork", "first", "--at", "3")).With(2);
        Assert.Equal("run.fork_boundary", boundary.FailureCode);
        Assert.Contains("first such version is 4", boundary.Err, StringComparison.Ordinal);
        Assert.Equal("cli.usage", (await workspace.AgentsAsync("runs", "fork", "first")).With(2).FailureCode);
        Assert.Equal("cli.run_unknown", (await workspace.AgentsAsync("runs", "fork", "nobody", "--at", "4")).With(2).FailureCode);
        Assert.Equal("cli.input", (await workspace.AgentsAsync("runs", "fork", "first", "--at", "4", "--context", "{")).With(2).FailureCode);
        Assert.Equal("run.key_conflict", (await workspace.AgentsAsync("runs", "fork", "first", "--at", "4", "--id", "first")).With(3).FailureCode);
    }

    public void Dispose() => workspace.Dispose();

    private async Task RunAsync()
    {
        workspace.Write("hello.yaml", Greeting);
        (await workspace.AgentsAsync("run", "hello.yaml", "--id", "first", "--set", "name=Ada")).With(0);
    }
}
