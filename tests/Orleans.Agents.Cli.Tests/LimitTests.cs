namespace Orleans.Agents.Cli.Tests;

/// <summary><c>--limits</c>: how large what a run is told, saves, passes on and goes through may become.</summary>
public sealed class LimitTests : IDisposable
{
    private const string Saving = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: saving }
        spec:
          start: keep
          states:
            keep: { pass: {}, input: "${{ input }}", save: { kept: "${{ output }}" }, next: rest }
            rest: { wait: { signal: go }, next: done }
            done: { end: "${{ context.kept }}" }
        """;

    private readonly Workspace workspace = new();

    [Fact]
    public async Task A_run_near_a_limit_is_told_of_while_it_goes_on_and_shown_later()
    {
        workspace.Write("w.yaml", Saving);
        using var carrier = workspace.Start(["run", "w.yaml", "--id", "near", "--limits", "context=1KiB", "--input", Text(900)]);
        var told = await Workspace.UntilTellsAsync(carrier, "waits for signal go");
        Assert.Contains("warning: Run near of workflow saving: its context is at 87 % of what it may be, 900 of 1024 bytes", told, StringComparison.Ordinal);

        var near = Assert.Single((await workspace.AgentsAsync("runs", "show", "near")).With(0).Payload.GetProperty("near_limits").EnumerateArray());
        Assert.Equal(("context", 900, 1024, "bytes", 87, "keep"), (
            near.GetProperty("kind").GetString(),
            near.GetProperty("size").GetInt32(),
            near.GetProperty("limit").GetInt32(),
            near.GetProperty("unit").GetString(),
            near.GetProperty("percent").GetInt32(),
            near.GetProperty("state").GetString()));
        Assert.Matches("near limit +context 900 of 1,024 bytes \\(87 %\\) in state keep, ", (await workspace.AtTerminalAsync("runs show near")).Out);
        (await workspace.AgentsAsync("runs", "signal", "near", "go")).With(0);
        (await Workspace.EndOfAsync(carrier)).With(0);
    }

    [Fact]
    public async Task Beyond_a_limit_a_run_fails_with_its_code_and_the_environment_may_set_it()
    {
        workspace.Write("w.yaml", Saving);
        workspace.Environment["AGENTS_LIMITS"] = "context=1KiB";

        Assert.Equal("context.too_large", (await workspace.AgentsAsync("run", "w.yaml", "--input", Text(1025))).With(1).FailureCode);
        var detached = (await workspace.AgentsAsync("run", "w.yaml", "--detach", "--limits", "payload=2KiB", "--input", Text(2049))).With(2);
        Assert.Equal("payload.too_large", detached.FailureCode);
    }

    [Theory]
    [InlineData("context=0", "--limits: The limit 'context' is '0'; expected bytes from 1KiB to 16MiB, such as 65536, 64KiB or 1MiB.")]
    [InlineData("contxt=1MiB", "--limits: There is no limit 'contxt'; expected prompt, context, payload or history")]
    public async Task A_limit_that_makes_no_sense_is_a_mistake_of_usage(string limits, string why)
    {
        workspace.Write("w.yaml", Saving);

        Assert.Contains(why, (await workspace.AgentsAsync("run", "w.yaml", "--limits", limits)).With(2).Err, StringComparison.Ordinal);
        Assert.Contains(why, (await workspace.AgentsAsync("serve", "--limits", limits)).With(2).Err, StringComparison.Ordinal);
    }

    public void Dispose() => workspace.Dispose();

    private static string Text(int bytes) => $"\"{new string('x', bytes - 2)}\"";
}
