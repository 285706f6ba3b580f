namespace Orleans.Agents.Cli.Tests;

/// <summary><c>agents runs signal</c>: people tell a run what it waits for.</summary>
public sealed class SignalTests : IDisposable
{
    private const string Approving = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: approving }
        spec:
          start: approve
          states:
            approve: { wait: { signal: approval, timeout: 24h, schema: { type: object } }, save: { told: "${{ output }}" }, next: again }
            again: { wait: { signal: news }, save: { news: "${{ output }}" }, next: done }
            done: { end: ["${{ context.told }}", "${{ context.news }}"] }
        """;

    private readonly Workspace workspace = new();

    [Fact]
    public async Task Signals_of_every_form_reach_the_run_and_are_told_once()
    {
        await DetachAsync("bill");
        workspace.Write("yes.json", """{"ok":true}""");

        var sent = (await workspace.AgentsAsync("runs", "signal", "bi", "approval", "--payload-file", "yes.json", "--id", "mail-1")).With(0);
        Assert.Equal("""{"run":"bill","signal":"approval","id":"mail-1","is_new":true}""", sent.Out.TrimEnd());
        Assert.Contains("agents runs resume bill", sent.Err, StringComparison.Ordinal);
        var again = (await workspace.AgentsAsync("runs", "signal", "bill", "approval", "--payload", "{}", "--id", "mail-1")).With(0);
        Assert.False(again.Payload.GetProperty("is_new").GetBoolean());
        (await workspace.AgentsAsync("runs", "signal", "bill", "news")).With(0);

        Assert.Equal("""[{"ok":true},null]""", (await workspace.AgentsAsync("runs", "resume", "bill")).With(0).Out.TrimEnd());
        Assert.Equal("run.over", (await workspace.AgentsAsync("runs", "signal", "bill", "news")).With(3).FailureCode);
    }

    [Fact]
    public async Task A_list_and_a_run_say_what_is_waited_for_and_what_to_type()
    {
        await DetachAsync("bill");
        using var waiting = workspace.Start(["runs", "resume", "bill"]);
        await Workspace.UntilTellsAsync(waiting, "run bill waits for signal approval: agents runs signal bill approval");

        var line = (await workspace.AgentsAsync("runs", "list")).With(0).Payload[0].GetProperty("waits_for");
        Assert.Equal(("approve", "approval"), (line.GetProperty("state").GetString(), line.GetProperty("signal").GetString()));
        Assert.Contains("approve: waits for signal approval", (await workspace.AtTerminalAsync("runs list")).Out, StringComparison.Ordinal);
        var shown = (await workspace.AtTerminalAsync("runs show bill")).Out;
        Assert.Contains("signal approval since ", shown, StringComparison.Ordinal);
        Assert.Contains(", until ", shown, StringComparison.Ordinal);
        Assert.Contains("agents runs signal bill approval --payload '<JSON>'", shown, StringComparison.Ordinal);

        (await workspace.AgentsWithAsync("""{"n":1}""", "runs", "signal", "bill", "approval", "--payload", "-")).With(0);
        await Workspace.UntilTellsAsync(waiting, "run bill waits for signal news");
        (await workspace.AgentsAsync("runs", "signal", "bill", "news", "--payload", "7")).With(0);
        Assert.Equal("""[{"n":1},7]""", (await Workspace.EndOfAsync(waiting)).With(0).Out.TrimEnd());
    }

    [Theory]
    [InlineData("cli.usage", "approval", "--payload", "1", "--payload-file", "x.json")]
    [InlineData("cli.usage")]
    [InlineData("cli.input", "approval", "--payload", "{")]
    [InlineData("cli.input", "approval", "--payload-file", "none.json")]
    [InlineData("signal.unknown", "aproval", "--payload", "{}")]
    [InlineData("signal.invalid", "approval", "--payload", "7")]
    [InlineData("signal.id_invalid", "approval", "--payload", "{}", "--id", "")]
    public async Task A_mistake_is_refused_and_tells_the_run_nothing(string code, params string[] args)
    {
        await DetachAsync("bill");

        var refused = (await workspace.AgentsAsync(["runs", "signal", "bill", .. args])).With(2);

        Assert.Equal(code, refused.FailureCode);
        if (code == "signal.unknown")
        {
            Assert.Contains("It waits for: approval, news.", refused.Err, StringComparison.Ordinal);
        }

        if (code == "cli.input")
        {
            Assert.DoesNotContain("--input", refused.Err, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(
            (await workspace.AgentsAsync("runs", "events", "bill")).With(0).Payload.EnumerateArray(),
            e => e.GetProperty("type").GetString()!.StartsWith("signal.", StringComparison.Ordinal));
    }

    public void Dispose() => workspace.Dispose();

    private async Task DetachAsync(string run)
    {
        workspace.Write("approving.yaml", Approving);
        (await workspace.AgentsAsync("run", "approving.yaml", "--id", run, "--detach")).With(0);
    }
}
