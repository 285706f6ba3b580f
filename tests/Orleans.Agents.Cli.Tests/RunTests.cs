namespace Orleans.Agents.Cli.Tests;

/// <summary><c>agents run</c>, seen from outside.</summary>
public sealed class RunTests : IDisposable
{
    private readonly Workspace workspace = new();

    [Fact]
    public async Task A_run_prints_its_output_and_nothing_else()
    {
        var path = workspace.Write("w.yaml", Samples.Count);
        var ended = (await workspace.AgentsAsync("run", path, "--set", "from=5")).With(0);

        Assert.Equal("""{"n":7}""" + "\n", ended.Out);
        Assert.Matches(@"^run run-[0-9a-f]{32} succeeded in [^,]+, 2 activities\n$", ended.Err);
    }

    [Fact]
    public async Task A_quiet_run_tells_nothing() =>
        Assert.Empty((await EchoAsync("--quiet")).With(0).Err);

    [Fact]
    public async Task A_verbose_run_tells_each_state_and_how_far_a_cycle_is()
    {
        var ended = await workspace.AgentsAsync(
            "run", workspace.Write("w.yaml", Samples.Count), "--set", "from=0", "--verbose");

        Assert.Contains("review: Review cycle 1 of 2, 1 left", ended.Err, StringComparison.Ordinal);
        Assert.Contains("review: Review cycle 2 of 2, 0 left", ended.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_input_it_is_an_empty_object() => Assert.Equal("{}\n", (await EchoAsync()).Out);

    [Fact]
    public async Task An_input_is_given_as_text() =>
        Assert.Equal("""{"a":1.0}""" + "\n", (await EchoAsync("--input", """{ "a": 1.0 }""")).Out);

    [Fact]
    public async Task An_input_is_given_as_a_file()
    {
        workspace.Write("input.json", "\uFEFF[1, \"å\"]\n");

        Assert.Equal("[1,\"å\"]\n", (await EchoAsync("--input", "@input.json")).Out);
    }

    [Fact]
    public async Task An_input_is_given_through_a_pipe()
    {
        var ended = await workspace.AgentsWithAsync(
            """{"from": "pipe"}""", "run", workspace.Write("w.yaml", Samples.Echo), "--input", "-");

        Assert.Equal("""{"from":"pipe"}""" + "\n", ended.With(0).Out);
    }

    [Fact]
    public async Task Names_are_set_over_the_input() => Assert.Equal(
        """{"a":"x y","b":{"c":[1],"d":true},"e":"1 2"}""" + "\n",
        (await EchoAsync(
            "--input", """{"a":1,"b":{"c":2}}""",
            "--set", "a=x y", "--set", "b.c=[1]", "--set", "b.d=true", "--set", "e=1 2"))
        .With(0).Out);

    [Theory]
    [InlineData("--input", "{")]
    [InlineData("--input", "")]
    [InlineData("--input", "@missing.json")]
    [InlineData("--set", "=1")]
    [InlineData("--set", "name")]
    [InlineData("--input", "[]", "--set", "a=1")]
    [InlineData("--input", "{\"a\":1}", "--set", "a.b=1")]
    public async Task An_input_that_cannot_be_read_is_refused(params string[] input) =>
        Assert.Equal("cli.input", (await EchoAsync(input)).With(2).FailureCode);

    [Fact]
    public async Task An_output_that_cannot_be_written_is_told_and_the_run_is_kept()
    {
        workspace.Write("w.yaml", Samples.Echo);

        foreach (var arguments in new[] { "run w.yaml --id kept", "runs list", "runs lsit" })
        {
            using var process = workspace.StartShell($"exec {workspace.Program} {arguments} > /dev/full");
            var ended = (await Workspace.EndOfAsync(process)).With(4);

            Assert.Contains("error: The output cannot be written: ", ended.Err, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", ended.Err, StringComparison.Ordinal);
        }

        var run = (await workspace.AgentsAsync("runs", "show", "kept")).With(0).Payload;
        Assert.Equal("succeeded", run.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("'agents run --help' shows", "run", "w.yaml", "--sett")]
    [InlineData("'agents runs --help' shows", "runs", "lsit")]
    [InlineData("'agents --help' shows", "rn")]
    [InlineData("'agents runs list' shows", "runs", "show", "nobody")]
    public async Task What_was_typed_wrong_leads_to_the_help_that_fits(string way, params string[] typed) =>
        Assert.Contains(way, (await workspace.AgentsAsync(typed)).With(2).Err, StringComparison.Ordinal);

    [Fact]
    public async Task An_input_that_breaks_the_schema_is_refused()
    {
        var ended = await workspace.AgentsAsync("run", workspace.Write("w.yaml", Samples.Count), "--set", "from=text");

        Assert.Equal("input.invalid", ended.With(2).FailureCode);
        Assert.Empty((await workspace.AgentsAsync("runs", "list")).Payload.EnumerateArray());
    }

    [Fact]
    public async Task A_failed_run_prints_its_failure()
    {
        var ended = (await workspace.AgentsAsync("run", workspace.Write("w.yaml", Samples.Refuse))).With(1);
        var failure = ended.Payload.GetProperty("failure");

        Assert.Equal("refused", failure.GetProperty("code").GetString());
        Assert.Equal("permanent", failure.GetProperty("class").GetString());
        Assert.Equal("Not today.", failure.GetProperty("message").GetString());
        Assert.Equal("refuse", failure.GetProperty("state").GetString());
        Assert.StartsWith("run-", ended.Payload.GetProperty("run").GetString(), StringComparison.Ordinal);
        Assert.Contains(
            "refused (permanent) in state refuse, visit 1: Not today.", ended.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spent_budget_is_a_refusal() => Assert.Equal(
        "budget.activities",
        (await workspace.AgentsAsync("run", workspace.Write("w.yaml", Samples.Spend))).With(3).FailureCode);

    [Fact]
    public async Task A_policy_that_says_no_is_a_refusal()
    {
        var path = workspace.Write(
            "w.yaml", Samples.Await.Replace("read: [\".\"]", "read: [\"/nowhere\"]", StringComparison.Ordinal));

        Assert.StartsWith(
            "policy.", (await workspace.AgentsAsync("run", path)).With(3).FailureCode, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_definition_prints_every_mistake_with_its_place()
    {
        var ended = (await workspace.AgentsAsync("run", workspace.Write("w.yaml", Samples.Broken))).With(2);
        var mistake = ended.Payload.GetProperty("diagnostics")[0];

        Assert.Equal(7, mistake.GetProperty("line").GetInt32());
        Assert.Equal("done", mistake.GetProperty("suggestion").GetString());
        Assert.StartsWith("w.yaml:7:", ended.Err, StringComparison.Ordinal);
        Assert.False(File.Exists(workspace.Store));
    }

    [Fact]
    public async Task Of_several_workflows_one_is_chosen_by_name()
    {
        Directory.CreateDirectory(workspace.At("flows"));
        workspace.Write("flows/echo.yaml", Samples.Echo);
        workspace.Write("flows/refuse.yaml", Samples.Refuse);

        Assert.Contains(
            "echo, refuse", (await workspace.AgentsAsync("run", "flows")).With(2).Err, StringComparison.Ordinal);
        Assert.Contains(
            "Did you mean 'echo'?",
            (await workspace.AgentsAsync("run", "flows", "-w", "ehco")).With(2).Err, StringComparison.Ordinal);
        (await workspace.AgentsAsync("run", "flows", "--workflow", "echo")).With(0);
    }

    [Fact]
    public async Task One_key_is_one_run()
    {
        var first = (await EchoAsync("--key", "night", "--set", "a=1")).With(0);
        var second = (await EchoAsync("--key", "night", "--set", "a=1")).With(0);
        var other = (await EchoAsync("--key", "night", "--set", "a=2")).With(3);

        Assert.Equal(first.Out, second.Out);
        Assert.Equal("run.key_conflict", other.FailureCode);
        Assert.Single((await workspace.AgentsAsync("runs", "list")).Payload.EnumerateArray());
    }

    [Fact]
    public async Task A_run_has_the_name_it_is_given()
    {
        (await EchoAsync("--id", "my-run")).With(0);
        (await EchoAsync("--id", "my-run")).With(0);

        var only = Assert.Single((await workspace.AgentsAsync("runs", "list")).Payload.EnumerateArray());
        Assert.Equal("my-run", only.GetProperty("run").GetString());
        Assert.Equal("run.name_invalid", (await EchoAsync("--id", "My Run")).With(2).FailureCode);
    }

    [Fact]
    public async Task A_run_in_memory_leaves_nothing_behind()
    {
        (await EchoAsync("--memory")).With(0);

        Assert.Equal(["w.yaml"], Directory.EnumerateFileSystemEntries(workspace.Folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_missing_folder_of_the_store_is_made()
    {
        var path = workspace.At("data/deep/runs.db");

        (await EchoAsync("--store", path)).With(0);

        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task Without_a_store_named_it_lies_in_the_data_folder_of_the_user()
    {
        workspace.Environment["AGENTS_STORE"] = null;
        workspace.Environment["XDG_DATA_HOME"] = workspace.At("data");

        (await EchoAsync()).With(0);

        Assert.True(File.Exists(workspace.At("data/orleans-agents/agents.db")));
    }

    [Theory]
    [InlineData("run", "w.yaml")]
    [InlineData("runs", "list")]
    [InlineData("runs", "show", "x")]
    [InlineData("runs", "events", "x")]
    [InlineData("runs", "resume", "x")]
    [InlineData("runs", "resume", "--all")]
    public async Task A_store_that_is_none_is_a_fault_of_the_infrastructure(params string[] args)
    {
        workspace.Write("w.yaml", Samples.Echo);
        workspace.Write("runs.db", new string('x', 10_000));

        Assert.StartsWith("store.", (await workspace.AgentsAsync(args)).With(4).FailureCode, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_that_does_not_exist_cannot_be_asked_for()
    {
        workspace.Environment["AGENTS_FAULT_KILL"] = "whenever";

        Assert.Equal("cli.usage", (await EchoAsync()).With(2).FailureCode);
        Assert.False(File.Exists(workspace.Store));
    }

    public void Dispose() => workspace.Dispose();

    private Task<Ended> EchoAsync(params string[] options) =>
        workspace.AgentsAsync(["run", workspace.Write("w.yaml", Samples.Echo), .. options]);
}
