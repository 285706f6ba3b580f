using System.Text.Json;

namespace Orleans.Agents.Cli.Tests;

/// <summary>What the command asks of runs at a gateway.</summary>
public sealed class ServerControlTests(ServedWorkspace served) : IClassFixture<ServedWorkspace>
{
    [Fact]
    public async Task A_run_is_told_what_it_waits_for_and_followed_to_its_end()
    {
        (await served.AskAsync("run", "ask", "--id", "told", "--detach")).With(0);

        var unknown = (await served.AskAsync("runs", "signal", "told", "og")).With(2);
        var sent = (await served.AskAsync("runs", "signal", "tol", "go", "--payload", """{"ok":1}""", "--id", "mail-1")).With(0);

        Assert.Equal("signal.unknown", unknown.FailureCode);
        Assert.Contains("At $.name. Expected: go.", unknown.Err, StringComparison.Ordinal);
        Assert.Equal("""{"run":"told","signal":"go","id":"mail-1","is_new":true}""" + "\n", sent.Out);
        Assert.Equal("signal go is sent to run told\n", sent.Err);
        Assert.Equal("""{"ok":1}""" + "\n", (await served.AskAsync("runs", "resume", "told")).With(0).Out);
        Assert.Equal("run.over", (await served.AskAsync("runs", "signal", "told", "go")).With(3).FailureCode);
    }

    [Fact]
    public async Task A_run_is_suspended_and_goes_on_and_is_cancelled()
    {
        (await served.AskAsync("run", "ask", "--id", "held", "--detach")).With(0);

        var suspended = (await served.AskAsync("runs", "suspend", "held", "--reason", "not now")).With(0);
        Assert.Equal("not now", suspended.Payload.GetProperty("suspended").GetProperty("reason").GetString());
        Assert.Contains($"it goes on with: agents runs resume held --server {served.Url}", suspended.Err, StringComparison.Ordinal);
        ServerTests.AssertWithin(
            (await served.Workspace.AgentsAsync("runs", "show", "held")).With(0).Payload,
            (await served.AskAsync("runs", "show", "held")).With(0).Payload);
        using var following = served.Workspace.Start(["runs", "resume", "held", "--server", served.Url, "--verbose"]);
        await Workspace.UntilTellsAsync(following, "run held waits for signal go");
        var cancelled = (await served.AskAsync("runs", "cancel", "held", "--reason", "not needed")).With(0);

        Assert.Equal("run.cancelled", cancelled.FailureCode);
        Assert.Equal("failed", cancelled.Payload.GetProperty("status").GetString());
        Assert.Equal("run.cancelled", (await Workspace.EndOfAsync(following)).With(1).FailureCode);
        Assert.Equal("run.cancelled", (await served.AskAsync("runs", "cancel", "held")).With(0).FailureCode);
        Assert.Equal("cli.run_over", (await served.AskAsync("runs", "suspend", "held")).With(3).FailureCode);
    }

    [Fact]
    public async Task Events_and_trees_are_those_of_the_store()
    {
        Assert.Equal("null\n", (await served.AskAsync("run", "parent", "--id", "above")).With(0).Out);

        foreach (var part in (string[][])[[], ["--after", "1", "--limit", "2"]])
        {
            Assert.Equal(
                (await served.Workspace.AgentsAsync(["runs", "events", "above", .. part])).With(0).Out,
                (await served.AskAsync(["runs", "events", "above", .. part])).With(0).Out);
        }

        (await served.AskAsync("runs", "resume", "above~1.0")).With(0);
        Assert.Equal(
            (await served.Workspace.AgentsAsync("runs", "tree", "above")).With(0).Out,
            (await served.AskAsync("runs", "tree", "above")).With(0).Out);
        Assert.True((await served.AskAsync("runs", "tree", "above", "--limit", "1")).With(0).Payload.GetProperty("has_more").GetBoolean());
        var tree = (await served.Workspace.AtTerminalAsync($"runs tree above --server {served.Url}")).With(0).Out;
        Assert.Contains("  above~", tree, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_and_trees_say_who_waits_who_is_suspended_what_was_spent_and_where_a_run_was_forked_from()
    {
        (await served.AskAsync("run", "count", "--set", "from=1", "--id", "spending")).With(0);
        (await served.AskAsync("runs", "fork", "spending", "--at", "2", "--id", "respending")).With(0);
        (await served.AskAsync("runs", "resume", "respending")).With(0);
        (await served.AskAsync("run", "ask", "--id", "waiting", "--detach")).With(0);
        (await served.AskAsync("run", "ask", "--id", "resting", "--detach")).With(0);
        (await served.AskAsync("runs", "suspend", "resting", "--reason", "later")).With(0);

        foreach (var verb in (string[][])[["tree", "spending"], ["tree", "respending"], ["list", "--workflow", "ask"]])
        {
            await AssertAlikeAsync(["runs", .. verb]);
        }

        var forked = (await served.AskAsync("runs", "tree", "respending")).With(0).Payload;
        Assert.True(forked.GetProperty("books").GetProperty("activities").GetProperty("settled").GetInt64() > 0);
        Assert.Equal("spending", forked.GetProperty("forked_from").GetProperty("run").GetString());
        var listed = (await served.AskAsync("runs", "list", "--workflow", "ask")).With(0).Payload.EnumerateArray().ToList();
        Assert.Equal("go", listed.Single(IsNamed("waiting")).GetProperty("waits_for").GetProperty("signal").GetString());
        Assert.Equal("later", listed.Single(IsNamed("resting")).GetProperty("suspended").GetProperty("reason").GetString());
        (await served.AskAsync("runs", "cancel", "waiting")).With(0);
        (await served.AskAsync("runs", "cancel", "resting")).With(0);

        static Func<JsonElement, bool> IsNamed(string run) => line => line.GetProperty("run").GetString() == run;
    }

    [Fact]
    public async Task A_run_is_forked()
    {
        (await served.AskAsync("run", "ask", "--id", "first", "--detach")).With(0);
        string[] fork = ["runs", "fork", "fir", "--at", "2", "--id", "second"];

        var forked = (await served.AskAsync(fork)).With(0);
        var again = (await served.AskAsync(fork)).With(0);

        Assert.Equal(
            """{"run":"second","is_new":true,"forked_from":{"run":"first","version":2,"edited":false}}""" + "\n", forked.Out);
        Assert.False(again.Payload.GetProperty("is_new").GetBoolean());
        Assert.Equal("run.fork_boundary", (await served.AskAsync("runs", "fork", "first", "--at", "1")).With(2).FailureCode);
        (await served.AskAsync("runs", "signal", "second", "go", "--payload", "7")).With(0);
        Assert.Equal("7\n", (await served.AskAsync("runs", "resume", "second")).With(0).Out);
    }

    [Fact]
    public async Task Somebody_decides_about_a_call_of_which_nobody_knows()
    {
        await DecideTests.LeaveUndecidedAsync(served.Workspace, "bill");
        using var following = served.Workspace.Start(["runs", "resume", "bill", "--server", served.Url]);
        await Workspace.UntilTellsAsync(
            following, $"run bill waits for a decision: agents runs decide bill bill/1/0 --retry --server {served.Url}");

        var refused = (await served.AskAsync("runs", "decide", "bill", "1/0", "--accept", "7")).With(2);
        var decided = (await served.AskAsync("runs", "decide", "bill", "1/0", "--accept", """{"paid":7}""")).With(0);

        Assert.Equal("output.invalid", refused.FailureCode);
        Assert.Equal("""{"run":"bill","activity":"bill/1/0","attempt":1,"verdict":"accept"}""" + "\n", decided.Out);
        Assert.Equal("""{"paid":7}""" + "\n", (await Workspace.EndOfAsync(following)).With(0).Out);
    }

    // A run may be put down between one look and the other.
    private async Task AssertAlikeAsync(string[] look)
    {
        const int MostLooks = 10;
        for (var looks = 1; looks <= MostLooks; looks++)
        {
            var (there, here) = ((await served.AskAsync(look)).With(0).Out, (await served.Workspace.AgentsAsync(look)).With(0).Out);
            if (there == here || looks == MostLooks)
            {
                Assert.Equal(here, there);
                return;
            }
        }
    }
}
