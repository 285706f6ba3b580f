using System.Diagnostics;
using System.Text.Json;

namespace Orleans.Agents.Cli.Tests;

/// <summary>Workflows in files here, run by a gateway that has never seen them.</summary>
public sealed class PublishTests : IAsyncLifetime, IDisposable
{
    private const string Family = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: family, version: 1.0.0 }
        spec:
          start: ask
          states:
            ask: { workflow: answer, input: { n: "${{ input.n }}" }, save: { told: "${{ output }}" }, next: done }
            done: { end: "${{ context.told }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: answer }
        spec:
          start: done
          states:
            done: { end: "${{ input.n + 1 }}" }
        """;

    private readonly Workspace there = new();
    private readonly Workspace here = new();
    private Process? server;
    private string url = "";

    public async Task InitializeAsync()
    {
        there.Environment["AGENTS_ADMIN_TOKEN"] = "right-token";
        there.Write("w.yaml", Samples.Echo);
        (server, url) = await ServedWorkspace.StartAsync(there, "w.yaml");
        here.Environment["AGENTS_ADMIN_TOKEN"] = "right-token";
        here.Environment["AGENTS_SERVER"] = url;
    }

    public async Task DisposeAsync()
    {
        await Workspace.SignalAsync(server!, "TERM");
        (await Workspace.EndOfAsync(server!)).With(0);
    }

    public void Dispose()
    {
        server?.Dispose();
        there.Dispose();
        here.Dispose();
    }

    [Fact]
    public async Task A_path_is_checked_here_published_there_and_run_with_all_that_it_calls()
    {
        here.Write("family.yaml", Family);

        var run = (await here.AgentsAsync("run", "family.yaml", "--workflow", "family", "--set", "n=41", "--id", "first")).With(0);
        var published = (await here.AgentsAsync("publish", "family.yaml")).With(0).Payload.GetProperty("workflows");
        var validated = (await here.AgentsAsync("validate", "family.yaml")).With(0).Payload.GetProperty("workflows");
        here.Write("family.yaml", Family.Replace("+ 1", "+ 2", StringComparison.Ordinal));
        (await here.AgentsAsync("publish", "family.yaml")).With(0);
        var old = (await here.AgentsAsync(
            "run", "family", "--definition", published[1].GetProperty("definition").GetString()!, "--set", "n=1")).With(0);

        Assert.Equal("42\n", run.Out);
        Assert.Equal("2\n", old.Out);
        Assert.Equal(
            [("answer", null), ("family", "1.0.0")],
            published.EnumerateArray().Select(one => (one.GetProperty("workflow").GetString(), VersionOf(one))));
        Assert.Equal(
            validated.EnumerateArray().Select(one => one.GetProperty("hash").GetString()),
            published.EnumerateArray().Select(one => one.GetProperty("definition").GetString()));
        var shown = (await here.AgentsAsync("runs", "show", "first")).With(0).Payload;
        Assert.Equal(published[1].GetProperty("definition").GetString(), shown.GetProperty("hash").GetString());
    }

    [Fact]
    public async Task Mistakes_are_told_as_they_are_of_a_store_whoever_finds_them()
    {
        here.Write("bad.yaml", Samples.Echo.Replace("start:", "sart:", StringComparison.Ordinal));
        here.Write("echo.yaml", Samples.Echo);

        var bad = (await here.AgentsAsync("run", "bad.yaml")).With(2);
        var none = (await here.AgentsAsync("publish", "none.yaml")).With(2);
        var both = (await here.AgentsAsync("run", "echo.yaml", "--definition", "sha")).With(2);
        var answers = (await here.AgentsAsync("run", "echo.yaml", "--answers", here.Folder)).With(2);
        here.Environment["AGENTS_ADMIN_TOKEN"] = "other-token";
        var guest = (await here.AgentsAsync("run", "echo.yaml")).With(3);
        here.Environment["AGENTS_SERVER"] = null;
        var nowhere = (await here.AgentsAsync("publish", "echo.yaml")).With(2);
        var store = (await here.AgentsAsync("run", "echo.yaml", "--definition", "sha")).With(2);

        Assert.NotEmpty(bad.Payload.GetProperty("diagnostics").EnumerateArray());
        Assert.Contains("bad.yaml:", bad.Err, StringComparison.Ordinal);
        Assert.Contains("There is no such file", none.Err, StringComparison.Ordinal);
        Assert.Contains("'echo.yaml' is a path", both.Err, StringComparison.Ordinal);
        Assert.Contains("--answers is for runs of a store", answers.Err, StringComparison.Ordinal);
        Assert.Equal("access.admin_required", guest.FailureCode);
        Assert.Contains("say which with --server or AGENTS_SERVER", nowhere.Err, StringComparison.Ordinal);
        Assert.Contains("say which with --server", store.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_published_is_run_by_its_name_by_anybody_also_after_a_restart_until_something_else_is_published()
    {
        var answer = Family[(Family.IndexOf("---", StringComparison.Ordinal) + 4)..];
        here.Write("family.yaml", Family);
        here.Write("answer.yaml", answer.Replace("+ 1", "+ 5", StringComparison.Ordinal));
        here.Write("echo.yaml", Samples.Echo.Replace("input", "[input]", StringComparison.Ordinal));
        string[] one = ["--set", "n=1"];

        var published = (await here.AgentsAsync("publish", "family.yaml")).With(0).Payload.GetProperty("workflows");
        here.Environment["AGENTS_ADMIN_TOKEN"] = null;
        var guest = await here.AgentsAsync(["run", "family", .. one]);
        var misspelt = (await here.AgentsAsync(["run", "famly", .. one])).With(2);
        await RestartAsync();
        var later = await here.AgentsAsync(["run", "family", .. one]);
        here.Environment["AGENTS_ADMIN_TOKEN"] = "right-token";
        var file = await here.AgentsAsync(["run", "answer.yaml", .. one]);
        var untouched = await here.AgentsAsync(["run", "answer", .. one]);
        var both = (await here.AgentsAsync("publish", "answer.yaml", "echo.yaml")).With(0);
        var newer = await here.AgentsAsync(["run", "answer", .. one]);
        var pinned = await here.AgentsAsync(["run", "family", .. one]);
        (await here.AgentsAsync("publish", "family.yaml")).With(0);
        var older = await here.AgentsAsync(["run", "answer", .. one]);

        Assert.Equal([("answer", true), ("family", true)], published.EnumerateArray().Select(NameOf));
        Assert.Equal(
            ["2\n", "2\n", "6\n", "2\n", "6\n", "2\n", "2\n"],
            new[] { guest, later, file, untouched, newer, pinned, older }.Select(run => run.With(0).Out));
        Assert.Contains("Did you mean 'family'?", misspelt.Err, StringComparison.Ordinal);
        Assert.Equal([("answer", true), ("echo", false)], both.Payload.GetProperty("workflows").EnumerateArray().Select(NameOf));
        Assert.Contains("echo.yaml:1:1: warning definition.name_held", both.Err, StringComparison.Ordinal);
        Assert.Equal("{\"n\":1}\n", (await here.AgentsAsync(["run", "echo", .. one])).With(0).Out);
    }

    private static (string? Workflow, bool ByName) NameOf(JsonElement workflow) =>
        (workflow.GetProperty("workflow").GetString(), workflow.GetProperty("by_name").GetBoolean());

    private async Task RestartAsync()
    {
        await Workspace.SignalAsync(server!, "TERM");
        (await Workspace.EndOfAsync(server!)).With(0);
        server!.Dispose();
        (server, url) = await ServedWorkspace.StartAsync(there, "w.yaml");
        here.Environment["AGENTS_SERVER"] = url;
    }

    private static string? VersionOf(JsonElement workflow) =>
        workflow.TryGetProperty("version", out var version) ? version.GetString() : null;
}
