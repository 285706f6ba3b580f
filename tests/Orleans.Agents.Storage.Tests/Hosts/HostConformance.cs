using System.Collections.Concurrent;
using System.Text.Json;
using Orleans.Agents.Definitions;
using Orleans.Agents.Failures;
using Orleans.Agents.Forks;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;
using Orleans.Agents.Testing;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Storage.Tests.Hosts;

/// <summary>
/// What it means to host runs: whole workflows, asked for at one of two places and watched from the other. Every host runs
/// all of it, unchanged.
/// </summary>
public abstract class HostConformance
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
    public async Task Of_many_starts_with_one_key_at_both_places_one_starts_the_run()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);

        var starts = await Task.WhenAll(Enumerable.Range(0, 32).Select(i =>
            host[i % 2].StartRunAsync(new StartRequest("test", Payload.Parse("[]"), "order-1"))));

        Assert.Single(starts.Cast<StartResult.Started>(), s => s.IsNew);
        Assert.Single(starts.Cast<StartResult.Started>().Select(s => s.Run).Distinct());
    }

    [Fact]
    public async Task Of_many_starts_under_one_name_at_both_places_one_starts_the_run()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);

        var starts = await Task.WhenAll(Enumerable.Range(0, 32).Select(i =>
            host[i % 2].StartRunAsync(new StartRequest("test", Payload.Parse("[]"), Run: new RunId("mine")))));

        Assert.Single(starts.Cast<StartResult.Started>(), s => s.IsNew);
    }

    [Fact]
    public async Task A_run_that_failed_is_forked_from_before_its_failure_and_repeats_nothing()
    {
        await using var host = await OpenAsync(HostWorkflows.Held);
        bodies["test.held"] = (call, _) => Task.FromResult<ToolResult>(calls.Count(c => c.Input == call.Input) == 1
            ? new ToolResult.Failed(new Failure(FailureClass.Permanent, "tool.broken", "not yet"))
            : new ToolResult.Succeeded(call.Input));
        var failed = await StartAsync(host[0]);
        Assert.Equal("tool.broken", (await EndAsync(host[1], failed)).Failure!.Code);
        var cut = (await host[1].ReadEventsAsync(failed))[1].Version;

        var fork = new ForkRequest(failed, cut, new RunId("mended"), Payload.Parse("""{"a":10}"""));
        var forked = Assert.IsType<StartResult.Started>(await host[1].ForkAsync(fork));
        var again = Assert.IsType<StartResult.Started>(await host[0].ForkAsync(fork));

        Assert.Equal((new RunId("mended"), true, false), (forked.Run, forked.IsNew, again.IsNew));
        Assert.Equal("[10,2]", (await EndAsync(host[0], forked.Run)).Output.ToString());
        Assert.Equal(3, calls.Count);
        Assert.Single(calls.Where(call => call.Input == Payload.Parse("2")).Select(call => call.Activity).Distinct());
        Assert.Equal("run.fork_boundary", Assert.IsType<StartResult.Refused>(await host[1].ForkAsync(fork with { At = cut - 1, As = null })).Failure.Code);
    }

    [Theory]
    [InlineData("none", "{}", "run-x", "workflow.unknown")]
    [InlineData("test", "7", "run-x", "input.invalid")]
    [InlineData("test", "{}", "../run", "run.name_invalid")]
    [InlineData("test", "{}", "", "run.name_invalid")]
    public async Task A_start_that_cannot_be_is_refused_and_starts_nothing(
        string workflow, string input, string name, string code)
    {
        await using var host = await OpenAsync(HostWorkflows.AskAndCount);

        var refused = await host[0].StartRunAsync(
            new StartRequest(workflow, Payload.Parse(input), Run: new RunId(name)));

        Assert.Equal(code, Assert.IsType<StartResult.Refused>(refused).Failure.Code);
        Assert.Empty(await host[1].ListAsync(new RunQuery()));
    }

    [Fact]
    public async Task One_key_for_two_things_is_refused_at_the_other_place_too()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);
        await StartAsync(host[0], "[1]", "order-1");

        var refused = await host[1].StartRunAsync(new StartRequest("test", Payload.Parse("[2]"), "order-1"));

        Assert.Equal("run.key_conflict", Assert.IsType<StartResult.Refused>(refused).Failure.Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_run_is_cancelled_from_either_place_and_asking_again_is_a_repetition(int place)
    {
        await using var host = await OpenAsync(HostWorkflows.Held);
        var reached = Hold(1);
        var run = await StartAsync(host[0]);
        await reached.WaitAsync(Patience);

        Assert.IsType<Posted.Stored>(await host[place].CancelAsync(run, "not needed", "request-1"));
        Assert.Equal("run.cancelled", (await EndAsync(host[1], run)).Failure!.Code);
        Assert.IsType<Posted.Repeated>(await host[1 - place].CancelAsync(run, "not needed", "request-1"));
        Assert.IsType<Posted.RunIsOver>(await host[place].CancelAsync(run));
        Assert.IsType<Posted.NoSuchRun>(await host[place].CancelAsync(new RunId("run-none")));
    }

    [Fact]
    public async Task A_request_whose_name_is_too_long_is_a_mistake_of_the_caller()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);

        await Assert.ThrowsAsync<ArgumentException>(
            () => host[0].CancelAsync(new RunId("run-none"), null, new string('x', InboxNote.MaxIdLength + 1)));
    }

    [Fact]
    public async Task A_run_that_waits_for_long_is_put_down_and_goes_on_when_it_is_due()
    {
        await using var host = await OpenAsync(HostWorkflows.Resting);

        var run = await StartAsync(host[0]);

        Assert.False((await host[1].FindAsync(run))!.IsCarried);
        Assert.Equal("\"rested\"", (await EndAsync(host[1], run)).Output.ToString());
    }

    [Fact]
    public async Task What_a_place_carried_when_it_left_is_carried_on_by_the_other_and_no_result_is_made_twice()
    {
        await using var host = await OpenAsync(HostWorkflows.Held);
        var reached = Hold(40);
        var runs = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => StartAsync(host[i % 2])));
        await reached.WaitAsync(Patience);

        await host.LeaveAsync(0);
        held.SetResult();

        foreach (var run in runs)
        {
            Assert.Equal("[1,2]", (await EndAsync(host[1], run)).Output.ToString());
        }

        Assert.Equal(40, calls.Count(call => call.Activity.Visit == 1));
    }

    [Fact]
    public async Task Signals_are_sent_from_either_place_early_and_in_time_and_each_comes_once()
    {
        await using var host = await OpenAsync(HostWorkflows.Approving);
        var reached = Hold(1);
        var run = await StartAsync(host[0]);
        await reached.WaitAsync(Patience);

        Assert.Equal(new SignalResult.Sent("a"), await host[1].SignalAsync(run, "approval", Payload.Parse("1"), "a"));
        Assert.Equal(new SignalResult.SentBefore("a"), await host[0].SignalAsync(run, "approval", Payload.Parse("9"), "a"));
        held.SetResult();
        var wait = await WaitingAsync(host[1], run, "again");
        Assert.Equal(("again", "approval", null), (wait.State, wait.Signal, wait.Until));
        Assert.Equal(new SignalResult.SentBefore("a"), await host[1].SignalAsync(run, "approval", Payload.Parse("9"), "a"));
        await RefusedAsync(host[1], run, "approval", "\"two\"", "signal.invalid");
        await RefusedAsync(host[0], run, "aproval", "2", "signal.unknown");
        await RefusedAsync(host[1], new RunId("run-none"), "approval", "2", "run.unknown");
        Assert.IsType<SignalResult.Sent>(await host[0].SignalAsync(run, "approval", Payload.Parse("2")));

        Assert.Equal("[1,2]", (await EndAsync(host[1], run)).Output.ToString());
        Assert.Equal(new SignalResult.SentBefore("a"), await host[0].SignalAsync(run, "approval", Payload.Parse("1"), "a"));
        await RefusedAsync(host[1], run, "approval", "3", "run.over");
    }

    [Fact]
    public async Task A_signal_wakes_a_run_that_was_put_down_and_reaches_it_after_its_place_has_left()
    {
        await using var host = await OpenAsync(HostWorkflows.Approving);
        var run = await StartAsync(host[0]); // its tool answers at once
        await WaitingAsync(host[1], run, "approve");
        Assert.Equal("approve", Assert.Single(await host[1].FindWaitsAsync(await host[1].ListAsync(new RunQuery()))).State);

        await host[1].SignalAsync(run, "approval", Payload.Parse("1"));
        await WaitingAsync(host[1], run, "again");
        await host.LeaveAsync(0);
        await host[1].SignalAsync(run, "approval", Payload.Parse("2"));

        Assert.Equal("[1,2]", (await EndAsync(host[1], run)).Output.ToString());
    }

    [Fact]
    public async Task Child_runs_that_wait_side_by_side_are_found_from_their_parent_and_told_one_by_one()
    {
        await using var host = await OpenAsync(HostWorkflows.ApprovedBelow);
        var run = await StartAsync(host[0]);
        while ((await host[1].FindWaitsAsync(run)).Length < 2)
        {
            await Task.Delay(10);
        }

        await RefusedAsync(host[0], run, "approval", "1", "signal.unknown");
        await host[0].SignalAsync(new RunId($"{run}~1.1"), "approval", Payload.Parse("2"));
        await host[1].SignalAsync(new RunId($"{run}~1.0"), "approval", Payload.Parse("1"));

        Assert.Equal("""{"a":1,"b":2}""", (await EndAsync(host[1], run)).Output.ToString());
    }

    [Fact]
    public async Task A_suspended_run_begins_nothing_stays_so_when_its_place_leaves_and_goes_on_where_it_is_resumed()
    {
        await using var host = await OpenAsync(HostWorkflows.HeldBelow);
        var reached = Hold(2);
        var run = await StartAsync(host[0]);
        await reached.WaitAsync(Patience);

        Assert.Equal(new Posted.Stored(), await host[1].SuspendAsync(run, "wait", "request-1"));
        Assert.Equal(new Posted.Repeated(), await host[0].SuspendAsync(run, "wait", "request-1"));
        RunId[] family = [run, new($"{run}~1.0"), new($"{run}~1.1")];
        await Task.WhenAll(family.Select(member => UntilAsync(host[1], member, view => view.State.Suspension is not null)));
        held.SetResult();
        await Task.WhenAll(family.Select(member => UntilAsync(host[1], member, view => !view.IsCarried)));
        Assert.Equal(2, calls.Count);
        Assert.Equal(3, (await host[0].ListAsync(new RunQuery(Status: RunStatus.Suspended))).Length);

        await host.LeaveAsync(0);
        Assert.Equal(new Posted.Stored(), await host[1].SuspendAsync(run, "once more"));
        await host[1].ResumeAsync(run);

        Assert.Equal("""{"a":[1,11],"b":[2,12]}""", (await EndAsync(host[1], run)).Output.ToString());
        Assert.Equal(4, calls.Count);
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

    [Fact]
    public async Task The_facts_of_a_run_are_read_at_either_place_from_any_version_on()
    {
        await using var host = await OpenAsync(HostWorkflows.AskAndCount);
        Model.Answers("thinker", """{"thought":"x"}""");
        var run = await StartAsync(host[0], """{"n":1}""");
        await EndAsync(host[0], run);

        var here = await host[0].ReadEventsAsync(run);
        var there = await host[1].ReadEventsAsync(run);
        var rest = await host[1].ReadEventsAsync(run, here[0].Version);

        Assert.Equal(here.Select(a => a.Version), there.Select(a => a.Version));
        Assert.Equal(here.Skip(1).Select(a => a.Version), rest.Select(a => a.Version));
        Assert.IsType<RunEvent.Started>(here[0].Events[0]);
    }

    [Fact]
    public async Task The_facts_of_many_runs_are_read_as_they_are_stored()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);
        var runs = new List<RunId> { await StartAsync(host[0], "[1]"), await StartAsync(host[1], "[]") };
        foreach (var run in runs)
        {
            await EndAsync(host[0], run);
        }

        var news = await host[1].ReadFactsAsync([new(runs[0], 0), new(runs[1], 1), new(new RunId("none"), 0)], 100);
        var (first, second) = (news.Single(n => n.Run == runs[0]).Facts, news.Single(n => n.Run == runs[1]).Facts);
        var all = (await host[0].ReadEventsAsync(runs[0])).SelectMany(append => append.Events).ToList();

        Assert.Equal(2, news.Length);
        Assert.Equal(Enumerable.Range(1, all.Count).Select(n => (long)n), first.Select(fact => fact.Version));
        Assert.Equal(("run.started", true), (first[0].Type, first[^1].IsEnd));
        Assert.Equal(2, second[0].Version);
        Assert.Equal(
            all.Select(fact => JsonSerializer.Serialize(fact, RunJson.Default.RunEvent)),
            first.Select(fact => JsonSerializer.Serialize(
                JsonSerializer.Deserialize(fact.Json.Span, RunJson.Default.RunEvent), RunJson.Default.RunEvent)));
        Assert.Equal(3, Assert.Single(await host[0].ReadFactsAsync([new(runs[0], 2)], 1)).Facts[0].Version);
        Assert.Empty(await host[0].ReadFactsAsync([new(runs[0], all.Count)], 100));
    }

    [Fact]
    public async Task A_run_can_be_started_from_a_definition_that_is_kept_under_its_hash()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);
        var other = Assert.Single(DefinitionLoader.LoadTexts(
            [new DefinitionText("other.yaml", HostWorkflows.Each.Replace("name: test", "name: other", StringComparison.Ordinal))],
            host[0].DefinitionHost,
            LoadOptions.Lenient).Definitions.Values);
        var hash = other.Workflow.Hash;
        var request = new StartRequest("other", Payload.Parse("[1]"), Hash: hash);
        Assert.Equal("workflow.unknown", Assert.IsType<StartResult.Refused>(await host[1].StartRunAsync(request)).Failure.Code);

        await host[0].KeepAsync(other);

        var started = Assert.IsType<StartResult.Started>(await host[1].StartRunAsync(request));
        Assert.Equal("[1]", (await EndAsync(host[0], started.Run)).Output.ToString());
        Assert.Equal(hash, (await host[0].LookUpAsync(started.Run))!.Hash);
        Assert.Equal(hash, DefinitionClosure.HashOf((await host[1].FindDefinitionAsync(hash))!.Value.Span));
        Assert.Null(await host[1].FindDefinitionAsync("none"));
        var named = await host[1].StartRunAsync(request with { Workflow = "test" });
        Assert.Equal("workflow.unknown", Assert.IsType<StartResult.Refused>(named).Failure.Code);
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_at_either_place()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);
        var first = await StartAsync(host[0], "[]");
        var second = await StartAsync(host[1], "[]");

        Assert.Equal([second, first], (await host[0].ListAsync(new RunQuery())).Select(r => r.Id));
    }

    [Fact]
    public async Task Waiting_for_a_run_nobody_knows_is_an_error()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);

        await Assert.ThrowsAsync<KeyNotFoundException>(() => EndAsync(host[0], new RunId("run-none")));
        Assert.Null(await host[0].FindAsync(new RunId("run-none")));
    }

    [Fact]
    public async Task A_run_keeps_the_trace_of_whoever_starts_it_and_hands_it_to_its_children()
    {
        await using var host = await OpenAsync(HostWorkflows.CalledBelow);

        var started = await host[0].StartRunAsync(
            new StartRequest("test", Payload.EmptyObject, Traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
        var run = Assert.IsType<StartResult.Started>(started).Run;
        await EndAsync(host[1], run);

        var child = Assert.Single(await host[1].ListChildrenAsync(run, null, 10));
        foreach (var one in (RunId[])[run, child.Id])
        {
            var origin = (await host[1].FindAsync(one))!.State.Origin!;
            Assert.StartsWith("00-4bf92f3577b34da6a3ce929d0e0e4736-", origin.Traceparent, StringComparison.Ordinal);
        }
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

            await held.Task.WaitAsync(cancellation);
            return new ToolResult.Succeeded(call.Input);
        };
        return reached.Task;
    }

    private Task<IHostUnderTest> OpenAsync(string workflows) => OpenAsync(new HostSetup(workflows, agents =>
    {
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
