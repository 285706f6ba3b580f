using Microsoft.Data.Sqlite;

namespace Orleans.Agents.Cli.Tests;

/// <summary>Runs decided again on the command line.</summary>
public sealed class ReplayTests : IDisposable
{
    private const string Hello = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: hello }
        spec:
          start: greet
          states:
            greet: { pass: {}, input: "hello ${{ input.name }}", save: { said: "${{ output }}" }, next: rest }
            rest: { wait: { duration: 1ms }, next: done }
            done: { end: "${{ context.said }}" }
        """;

    private readonly Workspace workspace = new();

    [Fact]
    public async Task A_run_is_decided_the_same()
    {
        await RunAsync();

        var replayed = (await workspace.AgentsAsync("runs", "replay", "first")).With(0).Payload;

        Assert.True(replayed.GetProperty("same").GetBoolean());
        Assert.Equal(7, replayed.GetProperty("events").GetInt32());
        Assert.False(replayed.TryGetProperty("difference", out _));
        Assert.Contains("7 events in 2 appends are decided the same", (await workspace.AtTerminalAsync("runs replay first")).Out, StringComparison.Ordinal);
        Assert.Equal("cli.run_unknown", (await workspace.AgentsAsync("runs", "replay", "nobody")).With(2).FailureCode);
    }

    [Fact]
    public async Task A_difference_is_named_by_version_and_field_and_exit_code()
    {
        await RunAsync();
        await PlantAsync();

        var replayed = (await workspace.AgentsAsync("runs", "replay", "first")).With(1).Payload;

        Assert.False(replayed.GetProperty("same").GetBoolean());
        var difference = replayed.GetProperty("difference");
        Assert.Equal((3, "/saved/said"), (difference.GetProperty("version").GetInt32(), difference.GetProperty("field").GetString()));
        Assert.Equal(("hullo Ada", "hello Ada"), (difference.GetProperty("recorded").GetString(), difference.GetProperty("decided").GetString()));
        Assert.Contains("/saved/said", (await workspace.AtTerminalAsync("runs replay first")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_is_compared_under_another_definition()
    {
        await RunAsync();
        var same = (await workspace.AgentsAsync("runs", "compare", "first", "--with", "hello.yaml")).With(0).Payload;
        Assert.Equal((true, 7), (same.GetProperty("same").GetBoolean(), same.GetProperty("events").GetInt32()));

        workspace.Write("other.yaml", Hello.Replace("hello ${{", "good morning ${{", StringComparison.Ordinal));
        var compared = (await workspace.AgentsAsync("runs", "compare", "first", "--with", "other.yaml")).With(1).Payload;
        Assert.Equal("/saved/said", compared.GetProperty("difference").GetProperty("field").GetString());
        Assert.Equal("good morning Ada", compared.GetProperty("output").GetString());
        Assert.Contains("/saved/said", (await workspace.AtTerminalAsync("runs compare first --with other.yaml")).Out, StringComparison.Ordinal);

        var hash = same.GetProperty("hash").GetString()!;
        (await workspace.AgentsAsync("runs", "compare", "first", "--with", hash)).With(0);
        Assert.Equal("cli.usage", (await workspace.AgentsAsync("runs", "compare", "first", "--with", new string('0', 64))).With(2).FailureCode);
        (await workspace.AgentsAsync("runs", "compare", "first", "--with", "nothing.yaml")).With(2);
    }

    [Fact]
    public async Task It_is_told_where_results_ran_out()
    {
        await RunAsync();
        workspace.Write("other.yaml", Hello
            .Replace("next: rest }", "next: count }", StringComparison.Ordinal)
            .Replace("    rest:", "    count: { tool: text.count, input: { text: a }, next: rest }\n    rest:", StringComparison.Ordinal));

        var compared = (await workspace.AgentsAsync("runs", "compare", "first", "--with", "other.yaml")).With(1).Payload;

        var missing = Assert.Single(compared.GetProperty("ran_out").EnumerateArray());
        Assert.Equal(("count", 1), (missing.GetProperty("state").GetString(), missing.GetProperty("attempt").GetInt32()));
        Assert.Equal("count", compared.GetProperty("state").GetString());
    }

    public void Dispose() => workspace.Dispose();

    private async Task RunAsync()
    {
        workspace.Write("hello.yaml", Hello);
        (await workspace.AgentsAsync("run", "hello.yaml", "--id", "first", "--set", "name=Ada")).With(0);
    }

    private async Task PlantAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={workspace.Store};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "update appends set events = cast(replace(cast(events as text), 'hello Ada', 'hullo Ada') as blob)";
        Assert.True(await command.ExecuteNonQueryAsync() > 0);
    }
}
