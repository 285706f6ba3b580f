using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Agents.Failures;
using Orleans.Agents.Hosting;
using Orleans.Agents.Runs;
using Orleans.Agents.Testing;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Storage.Tests.Hosts;

/// <summary>
/// What it means to host runs: whole workflows, asked for at one of two places and watched from the other. Every host runs
/// all of it, unchanged.
/// </summary>
public abstract partial class HostConformance
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentQueue<ToolCall> calls = [];

    // A tool that a test has not said anything of answers with its input.
    private readonly ConcurrentDictionary<string, Func<ToolCall, CancellationToken, Task<ToolResult>>> bodies =
        new(StringComparer.Ordinal);

    private readonly TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ScriptedModel Model { get; } = new();

    protected abstract Task<IHostUnderTest> OpenAsync(HostSetup setup);

    [Fact]
    public async Task A_run_asks_agents_calls_tools_and_ends_with_its_output()
    {
        await using var host = await OpenAsync(HostWorkflows.AskAndCount);
        Model.Answers("thinker", """{"thought":"to be or not"}""");

        var run = await StartAsync(host[0], """{"n":1}""");
        var state = await EndAsync(host[1], run);

        Assert.Equal("""{"thought":"to be or not","words":4}""", state.Output.ToString());
        Assert.Equal("""{"thought":"to be or not","words":4}""", (await host[1].FindAsync(run))!.State.Output.ToString());
    }

    [Fact]
    public async Task A_busy_model_is_asked_again_in_another_attempt_at_the_same_activity()
    {
        await using var host = await OpenAsync(HostWorkflows.AskAndCount);
        Model.Fails("thinker", new Failure(FailureClass.Transient, "Model.rate_limited", "slow down"))
            .Answers("thinker", "not json").Answers("thinker", """{"thought":"x"}""");

        Assert.Equal(RunStatus.Succeeded, (await RunAsync(host)).Status);
        Assert.Equal([1, 2, 3], Model.Asked.Select(a => a.Attempt));
        Assert.Single(Model.Asked.Select(a => a.Activity).Distinct());
    }

    [Fact]
    public async Task A_failure_is_caught_where_the_workflow_says_so_and_ends_the_run_where_it_does_not()
    {
        await using var host = await OpenAsync(HostWorkflows.Catching);
        bodies["test.work"] = (call, _) => Task.FromResult<ToolResult>(
            new ToolResult.Failed(new Failure(FailureClass.Permanent, call.Input.ToString().Trim('"'), "no")));

        var caught = await RunAsync(host, "\"tool.caught\"");
        var failed = await RunAsync(host, "\"tool.other\"");

        Assert.Equal("\"tool.caught\"", caught.Output.ToString());
        Assert.Equal("tool.other", failed.Failure!.Code);
    }

    [Fact]
    public async Task Branches_of_different_kinds_run_side_by_side_each_with_its_input()
    {
        await using var host = await OpenAsync(HostWorkflows.Parallel);
        Model.Answers("helper", "five");

        Assert.Equal("""{"answer":"five","echo":{"n":5}}""", (await RunAsync(host, """{"n":5}""")).Output.ToString());
    }

    [Fact]
    public async Task The_books_of_a_run_have_what_its_children_used_wherever_they_ran()
    {
        await using var host = await OpenAsync(HostWorkflows.Priced);
        Model.Answers("checker", "a", 10, 20).Answers("checker", "b", 30, 40).Answers("checker", "c", 50, 60)
            .Answers("helper", "abc", 5, 7, costMicroUsd: 3);

        var state = await RunAsync(host, "[1,2,3]");

        // Children in any order: 90 tokens read at 2, 120 written at 10, and what the last says itself.
        Assert.Equal((222, (90 * 2) + (120 * 10) + 3), (state.Books!.Settled!.Tokens, state.Books.Settled.MicroUsd));
        Assert.Equal((null, null), (state.Books.Reserved, state.Books.Lost));
        Assert.Equal(3, state.Books.Settled.Activities);
    }

    [Fact]
    public async Task Three_hundred_branches_are_each_done_once_and_their_results_keep_their_places()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);
        var items = $"[{string.Join(',', Enumerable.Range(0, 300))}]";

        Assert.Equal(items, (await RunAsync(host, items)).Output.ToString());
        Assert.Equal(300, calls.Select(c => c.Activity).Distinct().Count());
        Assert.Equal(300, calls.Count);
    }

    [Fact]
    public async Task A_call_with_effect_once_is_made_once()
    {
        await using var host = await OpenAsync(HostWorkflows.Once);

        Assert.Equal("1", (await RunAsync(host)).Output.ToString());
        Assert.Single(calls);
    }

    [Fact]
    public async Task Two_hundred_runs_from_both_places_all_end()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);

        var runs = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => StartAsync(host[i % 2], $"[{i},1,2]")));
        var states = await Task.WhenAll(runs.Select((run, i) => EndAsync(host[(i / 2) % 2], run)));

        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"[{i},1,2]"), states.Select(s => s.Output.ToString()));
    }

    private static async Task<SignalWait> WaitingAsync(IAgents agents, RunId run, string state)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (await agents.FindWaitsAsync(run, patience.Token) is [{ } wait] && wait.State == state)
            {
                return wait;
            }

            await Task.Delay(10, patience.Token);
        }
    }

    private static async Task RefusedAsync(IAgents agents, RunId run, string name, string payload, string code) => Assert.Equal(
        code,
        Assert.IsType<SignalResult.Refused>(await agents.SignalAsync(run, name, Payload.Parse(payload))).Failure.Code);

    // The tool stops there until the test lets it go, or somebody cancels it; tells when so many have come there.
    private Task Hold(int many)
    {
        var came = 0;
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bodies["test.held"] = async (call, cancellation) =>
        {
            if (Interlocked.Increment(ref came) == many)
            {
                reached.SetResult();
            }

            return await StopAsync(call, cancellation);
        };
        return reached.Task;
    }

    private async Task<ToolResult> StopAsync(ToolCall call, CancellationToken cancellation)
    {
        await held.Task.WaitAsync(cancellation);
        return new ToolResult.Succeeded(call.Input);
    }

    private Task<IHostUnderTest> OpenAsync(string workflows, int? lanes = null) => OpenAsync(new HostSetup(workflows, agents =>
    {
        agents.Services.Configure<EngineOptions>(engine => engine.Lanes = lanes ?? engine.Lanes);
        agents.AddModel("scripted", Model);
        foreach (var (name, effect) in HostWorkflows.Tools)
        {
            agents.AddTool(new Tool(
                name, "A tool of a test.", Payload.Parse("true"), null, effect, [], async (call, cancellation) =>
                {
                    calls.Enqueue(call);
                    return bodies.TryGetValue(name, out var body)
                        ? await body(call, cancellation)
                        : new ToolResult.Succeeded(call.Input);
                }));
        }
    }));

    private static async Task<RunId> StartAsync(IAgents agents, string input = "{}", string? key = null)
    {
        var started = await agents.StartRunAsync(new StartRequest("test", Payload.Parse(input), key));
        return Assert.IsType<StartResult.Started>(started).Run;
    }

    private static async Task UntilAsync(IAgents agents, RunId run, Func<RunView, bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await agents.FindAsync(run, patience.Token) is not { } view || !holds(view))
        {
            await Task.Delay(10, patience.Token);
        }
    }

    private static Task<RunState> EndAsync(IAgents agents, RunId run) => agents.WaitForEndAsync(run).WaitAsync(Patience);

    private static async Task<RunState> RunAsync(IHostUnderTest host, string input = "{}") =>
        await EndAsync(host[1], await StartAsync(host[0], input));
}
