using System.Text.Json;

namespace Orleans.Agents.Cli.Tests;

/// <summary>The command asks a gateway instead of a store.</summary>
public sealed class ServerTests(ServedWorkspace served) : IClassFixture<ServedWorkspace>
{
    [Fact]
    public async Task A_run_is_started_by_the_name_of_its_workflow_and_its_output_is_printed()
    {
        var ended = (await served.AskAsync("run", "count", "--set", "from=5")).With(0);

        Assert.Equal("""{"n":7}""" + "\n", ended.Out);
        Assert.Matches(@"^run run-[0-9a-f]{32} succeeded in [^,]+, 2 activities\n$", ended.Err);
    }

    [Fact]
    public async Task What_the_run_does_is_told_to_those_who_want_it_and_a_quiet_run_tells_nothing()
    {
        var told = (await served.AskAsync("run", "count", "--set", "from=5", "--verbose")).With(0).Err;
        var quiet = (await served.AskAsync("run", "count", "--set", "from=5", "--quiet")).With(0);
        var seen = (await served.Workspace.AtTerminalAsync($"run count --set from=1 --server {served.Url}")).With(0).Out;

        Assert.Contains("review: Review cycle 2 of 2, 0 left", told, StringComparison.Ordinal);
        Assert.Empty(quiet.Err);
        Assert.Contains("Review cycle 2 of 2", seen, StringComparison.Ordinal);
        Assert.Contains("{\r\n  \"n\": 3\r\n}\r\n", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failed_runs_end_the_command_as_those_of_a_store_do()
    {
        var failed = (await served.AskAsync("run", "refuse")).With(1);
        var spent = (await served.AskAsync("run", "spend")).With(3);

        Assert.Equal("Not today.", failed.Payload.GetProperty("failure").GetProperty("message").GetString());
        Assert.Contains("  refused (permanent) in state refuse, visit 1: Not today.\n", failed.Err, StringComparison.Ordinal);
        Assert.Equal("budget", spent.Payload.GetProperty("failure").GetProperty("class").GetString());
    }

    [Fact]
    public async Task The_same_key_is_the_same_run_and_it_is_not_waited_for_by_who_lets_go_of_it()
    {
        string[] run = ["run", "echo", "--set", "a=1", "--key", "nightly"];
        var first = (await served.AskAsync([.. run, "--detach", "--id", "tonight"])).With(0);
        var again = (await served.AskAsync(run)).With(0);

        Assert.Equal("""{"run":"tonight","is_new":true}""" + "\n", first.Out);
        Assert.Contains($"agents runs resume tonight --server {served.Url}", first.Err, StringComparison.Ordinal);
        Assert.Equal("""{"a":1}""" + "\n", again.Out);
        Assert.Contains("run tonight was started before; following it", again.Err, StringComparison.Ordinal);
        Assert.Equal("run.key_conflict", (await served.AskAsync("run", "echo", "--key", "nightly")).With(3).FailureCode);
    }

    [Fact]
    public async Task What_is_told_of_runs_is_what_their_store_tells()
    {
        (await served.AskAsync("run", "count", "--set", "from=1", "--id", "counted")).With(0);

        AssertWithin(
            (await served.Workspace.AgentsAsync("runs", "show", "counted")).With(0).Payload,
            (await served.AskAsync("runs", "show", "count")).With(0).Payload);
        AssertWithin(
            (await served.Workspace.AgentsAsync("runs", "list", "--workflow", "count", "--status", "succeeded", "--limit", "1")).With(0).Payload[0],
            (await served.AskAsync("runs", "list", "--workflow", "count", "--status", "succeeded", "--limit", "1")).With(0).Payload[0]);
        var shown = (await served.Workspace.AtTerminalAsync($"runs show counted --server {served.Url}")).With(0).Out;
        Assert.Contains("Review cycle 2 of 2, at its bound", shown, StringComparison.Ordinal);
        var listed = (await served.Workspace.AtTerminalAsync($"runs list --server {served.Url}")).With(0).Out;
        Assert.StartsWith("RUN ", listed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "workflow.unknown", "Did you mean 'count'?", "run", "cuont")]
    [InlineData(2, "input.invalid", "schema of workflow 'count'", "run", "count", "--set", "from=text")]
    [InlineData(2, "run.name_invalid", "'Mine' is not", "run", "echo", "--id", "Mine")]
    [InlineData(2, "cli.input", "cannot be sent", "run", "echo", "--input", "null")]
    [InlineData(2, "cli.usage", "--strict is about definitions", "run", "echo", "--strict")]
    [InlineData(2, "cli.usage", "--workflow is about definitions", "run", "echo", "--workflow", "echo")]
    [InlineData(2, "cli.usage", "--key is empty", "run", "echo", "--key", "")]
    [InlineData(2, "cli.run_unknown", "There is no run 'nobody'", "runs", "show", "nobody")]
    [InlineData(2, "cli.run_unknown", "There is no run '..'", "runs", "show", "..")]
    public async Task A_mistake_is_refused_with_what_would_be_right(int exitCode, string code, string told, params string[] args)
    {
        var refused = (await served.AskAsync(args)).With(exitCode);

        Assert.Equal(code, refused.FailureCode);
        Assert.Contains(told, refused.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_that_does_not_answer_is_told_from_a_mistake()
    {
        var away = (await served.Workspace.AgentsAsync("run", "echo", "--detach", "--server", "http://127.0.0.1:1")).With(4);

        Assert.Equal("server.unavailable", away.FailureCode);
        Assert.Equal("transient", away.Payload.GetProperty("failure").GetProperty("class").GetString());
        Assert.Contains("http://127.0.0.1:1 does not answer, asked 4 times: ", away.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_variable_names_the_gateway_unless_a_store_is_typed()
    {
        using var elsewhere = new Workspace();
        elsewhere.Environment["AGENTS_SERVER"] = served.Url;
        elsewhere.Write("w.yaml", Samples.Echo);

        Assert.Equal("{}\n", (await elsewhere.AgentsAsync("run", "echo", "--id", "by-variable")).With(0).Out);
        (await elsewhere.AgentsAsync("runs", "show", "by-variable")).With(0);
        (await elsewhere.AgentsAsync("run", "w.yaml", "--store", elsewhere.Store)).With(0);
        Assert.Single((await elsewhere.AgentsAsync("runs", "list", "--store", elsewhere.Store)).With(0).Payload.EnumerateArray());
    }

    [Fact]
    public async Task Who_uses_a_store_loads_nothing_of_a_client()
    {
        using var workspace = new Workspace();
        workspace.Write("w.yaml", Samples.Await);
        using var local = workspace.Start(["run", "w.yaml", "--verbose"]);
        await Workspace.UntilTellsAsync(local, "attempt 1 failed");
        var without = await File.ReadAllTextAsync($"/proc/{local.Id}/maps");
        await Workspace.SignalAsync(local, "TERM");
        (await Workspace.EndOfAsync(local)).With(130);
        using var remote = workspace.Start(["run", "ask", "--verbose", "--server", served.Url]);
        var told = await Workspace.UntilTellsAsync(remote, "waits for signal go: ");
        var with = await File.ReadAllTextAsync($"/proc/{remote.Id}/maps");
        await Workspace.SignalAsync(remote, "INT");
        var left = (await Workspace.EndOfAsync(remote)).With(130);

        foreach (var assembly in (string[])["Orleans.Agents.Client.dll", "System.Net.Http.dll", "Polly.Core.dll"])
        {
            Assert.DoesNotContain(assembly, without, StringComparison.Ordinal);
            Assert.Equal(!Workspace.IsNative, with.Contains(assembly, StringComparison.Ordinal));
        }

        Assert.DoesNotContain("Microsoft.AspNetCore", with, StringComparison.Ordinal);
        var run = left.Payload.GetProperty("run").GetString()!;
        Assert.Contains($"agents runs signal {run} go --payload '<JSON>' --server {served.Url}", told, StringComparison.Ordinal);
        await AssertGoesOnAsync(run, left);
    }

    // The run that is left by Ctrl-C is not stopped by it.
    private async Task AssertGoesOnAsync(string run, Ended left)
    {
        Assert.Equal("cli.interrupted", left.FailureCode);
        Assert.Contains(
            $"interrupted; the run goes on at the gateway, and is followed with: agents runs resume {run} --server {served.Url}",
            left.Err,
            StringComparison.Ordinal);
        var shown = (await served.AskAsync("runs", "show", run)).With(0).Payload;
        Assert.Equal("running", shown.GetProperty("status").GetString());
    }

    /// <summary>Whatever is in one document is the same in the other, which may have more.</summary>
    internal static void AssertWithin(JsonElement whole, JsonElement part)
    {
        if (part.ValueKind is JsonValueKind.Array)
        {
            Assert.Equal(whole.GetArrayLength(), part.GetArrayLength());
            Assert.All(part.EnumerateArray().Zip(whole.EnumerateArray()), pair => AssertWithin(pair.Second, pair.First));
            return;
        }

        if (part.ValueKind is not JsonValueKind.Object)
        {
            Assert.Equal(whole.GetRawText(), part.GetRawText());
            return;
        }

        foreach (var member in part.EnumerateObject())
        {
            Assert.True(whole.TryGetProperty(member.Name, out var same), $"The store does not tell '{member.Name}'.");
            AssertWithin(same, member.Value);
        }
    }
}
