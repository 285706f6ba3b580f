using System.Text.Json;

namespace Orleans.Agents.Cli.Tests;

/// <summary><c>agents runs</c>: what can be read of runs.</summary>
public sealed class RunsTests : IDisposable
{
    private readonly Workspace workspace = new();

    [Fact]
    public async Task Runs_are_listed_newest_first_and_by_what_they_are()
    {
        await RunAsync(Samples.Echo, "first");
        await RunAsync(Samples.Refuse, "second");

        Assert.Equal(["second", "first"], Names(await workspace.AgentsAsync("runs", "list")));
        Assert.Equal(["second"], Names(await workspace.AgentsAsync("runs", "list", "--limit", "1")));
        Assert.Equal(["second"], Names(await workspace.AgentsAsync("runs", "list", "--status", "failed")));
        Assert.Equal(["first"], Names(await workspace.AgentsAsync("runs", "list", "--workflow", "echo")));
    }

    [Fact]
    public async Task Without_a_store_the_list_is_empty_and_none_is_made()
    {
        var ended = (await workspace.AgentsAsync("runs", "list")).With(0);

        Assert.Equal("[]\n", ended.Out);
        Assert.Contains("there is no store yet", ended.Err, StringComparison.Ordinal);
        Assert.False(File.Exists(workspace.Store));
    }

    [Fact]
    public async Task A_run_is_shown_with_its_cycle_its_budget_and_its_output()
    {
        await RunAsync(Samples.Count, "counted", "--set", "from=1");
        var shown = (await workspace.AgentsAsync("runs", "show", "counted")).With(0).Payload;

        Assert.Equal("succeeded", shown.GetProperty("status").GetString());
        Assert.Equal("Review cycle 2 of 2", shown.GetProperty("cycles")[0].GetProperty("text").GetString());
        Assert.Equal(2, shown.GetProperty("budget").GetProperty("activities_used").GetInt32());
        Assert.Equal(3, shown.GetProperty("output").GetProperty("n").GetInt32());
    }

    [Fact]
    public async Task A_run_under_way_is_shown_with_its_state_and_its_next_attempt()
    {
        workspace.Write("w.yaml", Samples.Await);
        using var process = workspace.Start(["run", "w.yaml", "--id", "waiting", "--verbose"]);
        await Workspace.UntilTellsAsync(process, "attempt 1 failed");
        var shown = (await workspace.AgentsAsync("runs", "show", "wait")).With(0).Payload;
        workspace.Write("go.txt", "");
        (await Workspace.EndOfAsync(process)).With(0);

        Assert.Equal("look", shown.GetProperty("state").GetString());
        Assert.Equal(1, shown.GetProperty("visit").GetInt32());
    }

    [Fact]
    public async Task Events_are_one_array_with_a_version_each()
    {
        await RunAsync(Samples.Count, "counted", "--set", "from=1");
        var all = (await workspace.AgentsAsync("runs", "events", "counted")).With(0).Payload.EnumerateArray().ToList();
        var some = (await workspace.AgentsAsync("runs", "events", "counted", "--after", "1", "--limit", "2"))
            .Payload.EnumerateArray().ToList();

        Assert.Equal(Enumerable.Range(1, all.Count), all.Select(e => e.GetProperty("version").GetInt32()));
        Assert.Equal("run.started", all[0].GetProperty("type").GetString());
        Assert.Equal("run.succeeded", all[^1].GetProperty("type").GetString());
        Assert.All(all, e => Assert.True(e.TryGetProperty("at", out _) && e.TryGetProperty("epoch", out _)));
        Assert.Equal([2, 3], some.Select(e => e.GetProperty("version").GetInt32()));
    }

    [Fact]
    public async Task A_large_payload_is_shown_whole_wherever_it_is_and_stored_once()
    {
        workspace.Write("w.yaml", Samples.Echo);
        var text = new string('x', 1_000_000);
        var ran = (await workspace.AgentsWithAsync($$"""{"text":"{{text}}"}""", "run", "w.yaml", "--id", "large", "--input", "-")).With(0);
        var shown = (await workspace.AgentsAsync("runs", "show", "large")).With(0).Payload;
        var events = (await workspace.AgentsAsync("runs", "events", "large")).With(0).Payload;

        Assert.Equal(text, ran.Payload.GetProperty("text").GetString());
        Assert.Equal(text, shown.GetProperty("output").GetProperty("text").GetString());
        Assert.Equal(text, events[0].GetProperty("input").GetProperty("text").GetString());
        Assert.Equal(text, events[events.GetArrayLength() - 1].GetProperty("output").GetProperty("text").GetString());
        Assert.InRange(new FileInfo(workspace.Store).Length, 1_000_000, 1_300_000);

        var copy = workspace.At("copy.db");
        (await workspace.AgentsAsync("backup", "--to", copy)).With(0);
        var copied = (await workspace.AgentsAsync("runs", "show", "large", "--store", copy)).With(0).Payload;
        Assert.Equal(text, copied.GetProperty("output").GetProperty("text").GetString());
    }

    [Fact]
    public async Task Reading_takes_no_epoch()
    {
        await RunAsync(Samples.Echo, "one");
        await workspace.AgentsAsync("runs", "list");
        await workspace.AgentsAsync("runs", "show", "one");
        await RunAsync(Samples.Echo, "two");

        Assert.Equal(1, await EpochOfAsync("one"));
        Assert.Equal(2, await EpochOfAsync("two"));
    }

    [Fact]
    public async Task The_beginning_of_a_name_is_enough_when_no_other_has_it()
    {
        await RunAsync(Samples.Echo, "alpha-1");
        await RunAsync(Samples.Echo, "alpha-2");
        await RunAsync(Samples.Echo, "beta");

        Assert.Equal(
            "beta", (await workspace.AgentsAsync("runs", "show", "b")).With(0).Payload.GetProperty("run").GetString());
        Assert.Contains(
            "alpha-2 alpha-1",
            (await workspace.AgentsAsync("runs", "show", "alpha")).With(2).Err,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_name_that_no_run_has_the_nearest_is_shown()
    {
        await RunAsync(Samples.Echo, "alpha");

        Assert.Contains(
            "Did you mean alpha?",
            (await workspace.AgentsAsync("runs", "show", "alhpa")).With(2).Err,
            StringComparison.Ordinal);
        Assert.Equal("cli.run_unknown", (await workspace.AgentsAsync("runs", "events", "zzz")).With(2).FailureCode);
        Assert.Equal("cli.run_unknown", (await workspace.AgentsAsync("runs", "resume", "zzz")).With(2).FailureCode);
    }

    [Fact]
    public async Task A_run_that_is_over_is_resumed_by_printing_its_end_again()
    {
        await RunAsync(Samples.Refuse, "refused");

        Assert.Equal("refused", (await workspace.AgentsAsync("runs", "resume", "refused")).With(1).FailureCode);
    }

    public void Dispose() => workspace.Dispose();

    private Task<Ended> RunAsync(string definition, string id, params string[] options) =>
        workspace.AgentsAsync(["run", workspace.Write("w.yaml", definition), "--id", id, .. options]);

    private async Task<long> EpochOfAsync(string run) =>
        (await workspace.AgentsAsync("runs", "events", run)).Payload[0].GetProperty("epoch").GetInt64();

    private static IEnumerable<string?> Names(Ended list) =>
        list.With(0).Payload.EnumerateArray().Select((JsonElement r) => r.GetProperty("run").GetString());
}
