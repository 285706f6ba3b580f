using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Agents.Definitions;
using Orleans.Agents.Faults;
using Orleans.Agents.Hosting;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;
using Orleans.Agents.Storage.Sqlite;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Cli.Tests;

/// <summary><c>agents runs decide</c>: people say how a call went of which nobody knows.</summary>
public sealed class DecideTests : IDisposable
{
    private const string Paying = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: paying }
        spec:
          start: pay
          states:
            pay: { tool: bank.pay, output: { type: object }, save: { paid: "${{ output }}" }, next: done }
            done: { end: "${{ context.paid }}" }
        """;

    private readonly Workspace workspace = new();

    [Fact]
    public async Task What_is_undecided_is_shown_with_the_commands_to_type_and_decided_by_them()
    {
        await LeaveUndecidedAsync(workspace, "bill");

        var shown = (await workspace.AgentsAsync("runs", "show", "bill")).With(0).Payload.GetProperty("undecided")[0];
        Assert.Equal("bill/1/0", shown.GetProperty("activity").GetString());
        Assert.Equal("agents runs decide bill bill/1/0 --retry", shown.GetProperty("decide")[0].GetString());

        var decided = (await workspace.AgentsAsync("runs", "decide", "bi", "1/0", "--accept", """{"paid":7}""")).With(0);
        Assert.Equal(
            ("bill", "bill/1/0", 1, "accept"),
            (
                decided.Payload.GetProperty("run").GetString(),
                decided.Payload.GetProperty("activity").GetString(),
                decided.Payload.GetProperty("attempt").GetInt32(),
                decided.Payload.GetProperty("verdict").GetString()));
        Assert.Contains("agents runs resume bill", decided.Err, StringComparison.Ordinal);

        var again = (await workspace.AgentsAsync("runs", "decide", "bill", "bill/1/0", "--retry")).With(3);
        Assert.Equal("cli.decided_before", again.FailureCode);
        var ended = (await workspace.AgentsAsync("runs", "resume", "bill")).With(0);
        Assert.Equal("""{"paid":7}""", ended.Payload.GetRawText());
        Assert.Equal("run.over", (await workspace.AgentsAsync("runs", "decide", "bill", "1/0", "--retry")).With(3).FailureCode);
    }

    [Fact]
    public async Task A_person_is_shown_what_to_type_at_a_terminal()
    {
        await LeaveUndecidedAsync(workspace, "bill");

        var shown = await workspace.AtTerminalAsync("runs show bill");

        Assert.Contains("decide by", shown.Out, StringComparison.Ordinal);
        Assert.Contains("agents runs decide bill bill/1/0 --fail", shown.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "cli.usage", "1/0")]
    [InlineData(2, "cli.usage", "1/0", "--retry", "--fail", "no")]
    [InlineData(2, "cli.usage", "pay", "--retry")]
    [InlineData(2, "cli.usage", "other/1/0", "--retry")]
    [InlineData(2, "cli.input", "1/0", "--accept", "{")]
    [InlineData(2, "activity.unknown", "2/0", "--retry")]
    [InlineData(2, "output.invalid", "1/0", "--accept", "7")]
    public async Task A_mistake_is_refused_and_decides_nothing(int exitCode, string code, params string[] args)
    {
        await LeaveUndecidedAsync(workspace, "bill");

        Assert.Equal(code, (await workspace.AgentsAsync(["runs", "decide", "bill", .. args])).With(exitCode).FailureCode);
        Assert.Equal(
            1, (await workspace.AgentsAsync("runs", "show", "bill")).With(0).Payload.GetProperty("undecided").GetArrayLength());
        (await workspace.AgentsAsync("runs", "decide", "bill", "1/0", "--retry")).With(0);
    }

    [Fact]
    public async Task A_command_that_waits_for_the_run_says_that_somebody_has_to_decide_and_takes_it_on_once()
    {
        await LeaveUndecidedAsync(workspace, "bill");
        using var waiting = workspace.Start(["runs", "resume", "bill"]);
        await Workspace.UntilTellsAsync(waiting, "agents runs decide bill bill/1/0 --fail");

        (await workspace.AgentsAsync("runs", "decide", "bill", "1/0", "--fail", "the bank says no")).With(0);

        Assert.Equal("activity.unknown_outcome", (await Workspace.EndOfAsync(waiting)).With(1).FailureCode);
        var events = (await workspace.AgentsAsync("runs", "events", "bill")).With(0).Payload.EnumerateArray()
            .Select(e => e.GetProperty("type").GetString());
        Assert.Equal(2, events.Count(type => type == "run.taken_over"));
    }

    public void Dispose() => workspace.Dispose();

    // Made by an application that has such a tool, and left; the command has none of its own.
    internal static async Task LeaveUndecidedAsync(Workspace workspace, string run)
    {
        var tool = new Tool(
            "bank.pay",
            "Pays.",
            Payload.Parse("true"),
            null,
            ToolEffect.Once,
            [],
            (_, _) => throw new InvalidOperationException("The line is dead."));
        var loaded = DefinitionLoader.LoadTexts(
            [new DefinitionText("paying.yaml", Paying)], new DefinitionHost([tool], []), LoadOptions.Lenient);
        Assert.Empty(loaded.Diagnostics);
        await using var engine = new AgentsEngine(
            new SqliteStore(new SqliteStoreOptions { Path = workspace.Store }),
            new ModelRegistry(),
            new ToolRegistry().AddRange([tool]),
            new EngineOptions { CarriesAllRuns = false },
            TimeProvider.System,
            FaultPlan.None,
            NullLogger<AgentsEngine>.Instance);
        await engine.StartAsync();
        await engine.PublishAsync(loaded.Definitions["paying"]);
        var parked = new TaskCompletionSource();
        engine.Follow((_, append) =>
        {
            if (append.Events.Any(e => e is RunEvent.ActivityUnknown))
            {
                parked.TrySetResult();
            }
        });
        Assert.IsType<StartResult.Started>(
            await engine.StartRunAsync(new StartRequest("paying", Payload.EmptyObject, Run: new RunId(run))));
        await parked.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }
}
