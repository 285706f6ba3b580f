namespace Orleans.Agents.Cli.Tests;

/// <summary><c>agents validate</c>, seen from outside.</summary>
public sealed class ValidateTests : IDisposable
{
    private const string WithWarning = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: odd }
        spec:
          context: { unused: 1 }
          start: done
          states:
            done: { end: null }
        """;

    private readonly Workspace workspace = new();

    [Fact]
    public async Task What_is_right_is_valid_and_shown_as_a_plan()
    {
        var found = (await workspace.AgentsAsync("validate", workspace.Write("w.yaml", Samples.Count))).With(0).Payload;

        Assert.True(found.GetProperty("valid").GetBoolean());
        Assert.Equal(
            "review", found.GetProperty("workflows")[0].GetProperty("states")[0].GetProperty("name").GetString());
        Assert.Equal(
            "offline", found.GetProperty("workflows")[0].GetProperty("states")[0].GetProperty("model").GetString());
    }

    [Fact]
    public async Task Nothing_is_run_and_no_store_is_made()
    {
        await workspace.AgentsAsync("validate", workspace.Write("w.yaml", Samples.Echo));

        Assert.False(File.Exists(workspace.Store));
    }

    [Fact]
    public async Task A_mistake_is_told_with_its_place_and_what_was_meant()
    {
        var ended = (await workspace.AgentsAsync("validate", workspace.Write("w.yaml", Samples.Broken))).With(2);

        Assert.False(ended.Payload.GetProperty("valid").GetBoolean());
        Assert.Matches("^w\\.yaml:7:\\d+: error [a-z_.]+: .*did you mean \"done\"\\?", ended.Err);
    }

    [Fact]
    public async Task A_missing_file_is_a_mistake_too()
    {
        var found = (await workspace.AgentsAsync("validate", "missing.yaml")).With(2).Payload;

        Assert.Equal("file.unreadable", found.GetProperty("diagnostics")[0].GetProperty("code").GetString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0, "--profile", "dev-safe")]
    [InlineData(2, "--profile", "prod-safe")]
    [InlineData(2, "--strict")]
    public async Task The_profile_decides_what_a_warning_is(int exitCode, params string[] options)
    {
        var ended = (await workspace.AgentsAsync(
            ["validate", workspace.Write("w.yaml", WithWarning), .. options])).With(exitCode);

        Assert.Equal(1, ended.Payload.GetProperty(exitCode == 0 ? "warnings" : "errors").GetInt32());
    }

    [Fact]
    public async Task An_edited_default_retry_rule_is_used()
    {
        var policy = await File.ReadAllTextAsync(Path.Combine(Workspace.Shipped, "retry_policy.json"));
        var edited = await WithPolicyAsync(
            policy.Replace("\"attempts\": 3", "\"attempts\": 7", StringComparison.Ordinal));

        var states = edited.With(0).Payload.GetProperty("workflows")[0].GetProperty("states");
        Assert.Equal(7, states[0].GetProperty("attempts").GetInt32());
    }

    [Fact]
    public async Task A_misspelled_option_is_not_taken_for_a_path()
    {
        var ended = (await workspace.AgentsAsync("validate", ".", "--strct")).With(2);

        Assert.Contains("has no option '--strct'. Did you mean '--strict'?", ended.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_default_retry_rule_is_pointed_at() =>
        Assert.Contains("retry_policy.json:1:", (await WithPolicyAsync("{")).With(2).Err, StringComparison.Ordinal);

    public void Dispose() => workspace.Dispose();

    // Editing the file beside the program takes a program of one's own.
    private async Task<Ended> WithPolicyAsync(string policy)
    {
        var program = Directory.CreateDirectory(workspace.At("program")).FullName;
        foreach (var file in Directory.EnumerateFiles(Workspace.Shipped))
        {
            File.Copy(file, Path.Combine(program, Path.GetFileName(file)));
        }

        await File.WriteAllTextAsync(Path.Combine(program, "retry_policy.json"), policy);
        using var other = new Workspace { Home = program };
        return await other.AgentsAsync("validate", other.Write("w.yaml", Samples.Count));
    }
}
