using Orleans.Agents.Definitions;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Engine.Tests.Definitions;

/// <summary>The workflows that a workflow runs are part of what its runs are pinned to.</summary>
public sealed class CallClosureTests
{
    private const string Family = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: root }
        spec:
          start: ask
          states:
            ask: { workflow: middle, input: 1, timeout: 5m, retry: { attempts: 2 }, next: all }
            all: { foreach: { in: [1] }, do: { workflow: leaf }, next: several }
            several: { parallel: { branches: { a: { workflow: leaf }, b: { workflow: root } } }, next: tell }
            tell: { launch: { workflow: leaf, input: 3 }, next: done }
            done: { end: null }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: middle }
        spec: { start: ask, states: { ask: { workflow: leaf, next: done }, done: { end: null } } }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: leaf }
        spec: { start: done, states: { done: { end: 7 } } }
        """;

    [Fact]
    public void A_change_far_below_changes_everything_above()
    {
        var was = Load(Family);
        var now = Load(Family.Replace("end: 7", "end: 8", StringComparison.Ordinal));

        Assert.All(was.Keys, name => Assert.NotEqual(was[name].Workflow.Hash, now[name].Workflow.Hash));
    }

    [Fact]
    public void A_change_above_leaves_what_is_below()
    {
        var was = Load(Family);
        var now = Load(Family.Replace("input: 1", "input: 2", StringComparison.Ordinal));

        Assert.NotEqual(was["root"].Workflow.Hash, now["root"].Workflow.Hash);
        Assert.Equal(was["middle"].Workflow.Hash, now["middle"].Workflow.Hash);
    }

    [Fact]
    public void What_is_stored_says_which_definitions_are_run()
    {
        var loaded = Load(Family);

        var read = DefinitionClosure.Read(loaded["root"].Closure);

        Assert.Equal(["leaf", "middle", "root"], read.Calls.Keys);
        Assert.Equal(loaded["middle"].Workflow.Hash, read.Calls["middle"]);
        Assert.Equal(read.Hash, read.Calls["root"]);
        var call = Assert.IsType<State.WorkflowCall>(read.States["ask"]);
        Assert.Equal(("middle", TimeSpan.FromMinutes(5), 2), (call.Workflow, call.Timeout, call.Retry.Attempts));
        Assert.IsType<State.WorkflowCall>(read.States["all"].ActivityOf(0));
        Assert.Equal("leaf", Assert.IsType<State.Launch>(read.States["tell"]).Workflow);
        Assert.NotNull(read.States["tell"].Input);
        Assert.IsType<State.WorkflowCall>(read.States["several"].ActivityOf(1));
    }

    [Fact]
    public void What_is_loaded_has_the_workflows_it_runs_at_hand()
    {
        var root = Load(Family)["root"];

        Assert.Equal("middle", root.Workflow.Called("middle").Name);
        Assert.Equal("leaf", root.Workflow.Called("middle").Called("leaf").Name);
        Assert.Same(root.Workflow, root.Workflow.Called("root"));
        Assert.Equal(["leaf", "middle"], root.Called.Select(called => called.Workflow.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_workflow_that_runs_no_other_is_stored_as_before_there_were_any() =>
        Assert.DoesNotContain("workflows", System.Text.Encoding.UTF8.GetString(Load(Family)["leaf"].Closure.Span), StringComparison.Ordinal);

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, Definition> Load(string yaml)
    {
        var result = Samples.Load(yaml);
        Assert.Empty(Samples.Lines(result));
        return result.Definitions;
    }
}
