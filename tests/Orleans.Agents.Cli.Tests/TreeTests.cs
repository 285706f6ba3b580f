using System.Text.Json;

namespace Orleans.Agents.Cli.Tests;

/// <summary>Runs that start runs, as the command line carries and shows them.</summary>
public sealed class TreeTests : IDisposable
{
    private const int KilledBySignal = 128 + 9;

    private const string Family = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: family }
        spec:
          start: tell
          states:
            tell: { launch: { workflow: leaf, input: told }, next: ask }
            ask:
              foreach: { in: [1, 2], as: n }
              do: { workflow: middle, input: "${{ n }}" }
              save: { got: "${{ output }}" }
              next: done
            done: { end: "${{ context.got }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: middle }
        spec:
          start: ask
          states:
            ask: { workflow: leaf, input: "${{ input }}", save: { got: "${{ output }}" }, next: done }
            done: { end: "${{ context.got }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: leaf }
        spec:
          start: rest
          states:
            rest: { wait: { duration: 1ms }, next: done }
            done: { end: "${{ input }}" }
        """;

    private readonly Workspace workspace = new();

    [Fact]
    public async Task A_run_is_shown_with_all_that_it_started()
    {
        await RunAsync("root");

        var tree = (await workspace.AgentsAsync("runs", "tree", "root")).With(0).Payload;

        Assert.Equal("succeeded", tree.GetProperty("status").GetString());
        Assert.Equal(["root~1.0", "root~2.0", "root~2.1"], Children(tree).Select(Name).Order(StringComparer.Ordinal));
        var middle = Children(tree).Single(child => Name(child) == "root~2.0");
        Assert.Equal("root~2.0~1.0", Name(Children(middle).Single()));
        Assert.Equal("leaf", Children(middle).Single().GetProperty("workflow").GetString());
    }

    [Fact]
    public async Task A_part_of_a_tree_is_one_too_and_what_is_left_out_is_said()
    {
        await RunAsync("root");

        var part = (await workspace.AgentsAsync("runs", "tree", "root~2.1")).With(0).Payload;
        Assert.Equal("root~2.1~1.0", Name(Children(part).Single()));
        Assert.False(part.TryGetProperty("has_more", out _));

        var few = (await workspace.AgentsAsync("runs", "tree", "root", "--limit", "2")).With(0).Payload;
        Assert.Single(Children(few));
        Assert.True(few.GetProperty("has_more").GetBoolean());
        Assert.Equal("cli.run_unknown", (await workspace.AgentsAsync("runs", "tree", "nobody")).With(2).FailureCode);
    }

    [Fact]
    public async Task A_person_sees_it_indented()
    {
        await RunAsync("root");

        var shown = await workspace.AtTerminalAsync("runs tree root");

        Assert.Contains("\n  root~2.0", shown.Out, StringComparison.Ordinal);
        Assert.Contains("\n    root~2.0~1.0", shown.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_says_whose_it_is()
    {
        await RunAsync("root");

        var shown = (await workspace.AgentsAsync("runs", "show", "root~2.0~1.0")).With(0).Payload;

        Assert.Equal(("root~2.0", 2), (shown.GetProperty("parent").GetString(), shown.GetProperty("depth").GetInt32()));
    }

    [Fact]
    public async Task Whoever_carries_a_run_on_carries_on_what_it_waits_for()
    {
        workspace.Write("family.yaml", Family.Replace("1ms", "300ms", StringComparison.Ordinal));
        workspace.Environment["AGENTS_FAULT_KILL"] = "before_send:9";
        (await workspace.AgentsAsync("run", "family.yaml", "--workflow", "family", "--id", "root")).With(KilledBySignal);
        workspace.Environment["AGENTS_FAULT_KILL"] = null;

        Assert.Equal("[1,2]", (await workspace.AgentsAsync("runs", "resume", "root")).With(0).Payload.GetRawText());
    }

    public void Dispose() => workspace.Dispose();

    private async Task RunAsync(string name)
    {
        workspace.Write("family.yaml", Family);
        var ended = (await workspace.AgentsAsync("run", "family.yaml", "--workflow", "family", "--id", name)).With(0);
        Assert.Equal("[1,2]", ended.Payload.GetRawText());
    }

    private static List<JsonElement> Children(JsonElement run) => [.. run.GetProperty("children").EnumerateArray()];

    private static string Name(JsonElement run) => run.GetProperty("run").GetString()!;
}
