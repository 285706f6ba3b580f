using Orleans.Agents.Definitions;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Engine.Tests.FlatMachines;

/// <summary>What each construct of a FlatMachine is here, and where it differs from what it is there on purpose.</summary>
public sealed class FlatMachineTests
{
    private const string Echo =
        """{ spec: flatmachine, spec_version: "1.1.1", data: { name: echo, states: { done: { type: final, output: { said: "{{ input.say }}" } } } } }""";

    private const string Broken =
        """{ spec: flatmachine, spec_version: "1.1.1", data: { name: broken, agents: { gone: ./gone.yml }, states: { ask: { agent: gone, transitions: [ { to: done } ] }, done: { type: final } } } }""";

    private const string Speaker =
        """{ spec: flatagent, spec_version: "1.1.1", data: { name: speaker, model: scripted, user: "Say {{ input.what }}" } }""";

    private readonly FlatHouse house = new FlatHouse().Hanging("hang");

    [Fact]
    public async Task Machines_side_by_side_have_each_their_own_input() => Succeeded(
        """{"all":{"echo":{"said":"a"},"other":{"said":"b"}}}""",
        await RunAsync("""
            ask:
              machine: [ { name: echo, input: { say: a } }, { name: other, input: { say: "{{ input.b }}" } } ]
              output_to_context: { all: "{{ output }}" }
              transitions: [ { to: done } ]
            done: { type: final, output: { all: "{{ context.all }}" } }
            """, """{"b":"b"}"""));

    [Theory]
    [InlineData("""[]""", "", "[]")]
    [InlineData("""[]""", "key: one.id", "{}")]
    [InlineData("""[{"id":"x"},{"id":"y"}]""", "", """[{"said":"x"},{"said":"y"}]""")]
    [InlineData("""[{"id":"x"},{"id":"y"}]""", "key: one.id", """{"x":{"said":"x"},"y":{"said":"y"}}""")]
    [InlineData("""[{"id":"x"}]""", "key: 'no. {{ one.id }}'", """{"no. x":{"said":"x"}}""")]
    public async Task For_each_gives_a_list_in_order_or_an_object_by_key(string items, string key, string expected) => Succeeded(
        $$"""{"all":{{expected}}}""",
        await RunAsync($$$"""
            each:
              foreach: input.items
              as: one
              {{{key}}}
              machine: echo
              input: { say: "{{ one.id }}" }
              output_to_context: { all: "{{ output }}" }
              transitions: [ { to: done } ]
            done: { type: final, output: { all: "{{ context.all }}" } }
            """, $$"""{"items":{{items}}}"""));

    [Fact]
    public async Task Who_waits_for_all_has_the_failures_among_the_results() => Succeeded(
        """{"broken":"agent.not_found","echo":"a"}""",
        await RunAsync("""
            ask:
              machine: [ echo, broken ]
              input: { say: a }
              mode: settled
              output_to_context: { all: "{{ output }}" }
              transitions: [ { to: done } ]
            done: { type: final, output: { echo: "{{ context.all.echo.said }}", broken: "{{ context.all.broken.error.code }}" } }
            """));

    [Fact]
    public async Task A_failure_never_wins_where_any_will_do() => Succeeded(
        """{"all":{"echo":{"said":"a"}}}""",
        await RunAsync("""
            ask:
              machine: [ broken, echo ]
              input: { say: a }
              mode: any
              output_to_context: { all: "{{ output }}" }
              transitions: [ { to: done } ]
            done: { type: final, output: { all: "{{ context.all }}" } }
            """));

    [Fact]
    public async Task Time_runs_out_for_machines_side_by_side()
    {
        var state = await RunAsync("""
            ask: { machine: [ slow, echo ], timeout: 0.05, on_error: late, transitions: [ { to: done } ] }
            late: { type: final, output: { why: "{{ context.last_error_type }}" } }
            done: { type: final }
            """);

        Succeeded("""{"why":"branches.timeout"}""", state);
    }

    [Fact]
    public async Task Where_no_transition_applies_the_run_fails() =>
        Failed("workflow.no_transition", await RunAsync("""
            ask: { transitions: [ { condition: input.never, to: done } ] }
            done: { type: final }
            """));

    [Fact]
    public async Task A_cycle_ends_with_a_failure_after_the_most_steps() =>
        Failed("workflow.max_visits", await RunAsync("""
            one: { transitions: [ { to: two } ] }
            two: { transitions: [ { condition: input.never, to: done }, { to: one } ] }
            done: { type: final }
            """, settings: "settings: { max_steps: 7 }"));

    [Theory]
    [InlineData("model.rate_limited", "busy")]
    [InlineData("model.unavailable", "other")]
    public async Task A_failure_leads_where_its_name_says(string code, string expected)
    {
        house.Model.Fails("speaker", new Failure(FailureClass.Transient, code, "no"));

        Succeeded($$"""{"where":"{{expected}}"}""", await RunAsync("""
            ask:
              agent: speaker
              on_error: { default: other, RateLimitError: busy }
              transitions: [ { to: done } ]
            busy: { type: final, output: { where: busy } }
            other: { type: final, output: { where: other } }
            done: { type: final }
            """));
        Assert.Single(house.Model.Asked);
    }

    [Fact]
    public async Task When_all_attempts_failed_the_state_fails_and_does_not_go_on_with_nothing()
    {
        var no = new Failure(FailureClass.Permanent, "model.refused", "no");
        house.Model.Fails("speaker", no).Fails("speaker", no).Fails("speaker", no);

        Failed("model.refused", await RunAsync("""
            ask: { agent: speaker, execution: { type: retry, backoffs: [0.001, 0.002] }, transitions: [ { to: done } ] }
            done: { type: final }
            """));
        Assert.Equal(3, house.Model.Asked.Count);
    }

    [Fact]
    public async Task Samples_that_fail_are_left_out()
    {
        house.Says("speaker", "a", "b");
        house.Model.Fails("speaker", new Failure(FailureClass.Permanent, "model.refused", "no"));

        var state = await RunAsync("""
            ask:
              agent: speaker
              execution: { type: parallel, n_samples: 3 }
              output_to_context: { count: "{{ output.count }}", said: "{{ output.results | map(attribute='content') | join('') }}" }
              transitions: [ { to: done } ]
            done: { type: final, output: { count: "{{ context.count }}", size: "{{ context.said | length }}" } }
            """);
        Succeeded("""{"count":2,"size":2}""", state);
    }

    [Fact]
    public async Task Without_any_sample_the_state_fails() =>
        Failed("output.invalid", await RunAsync("""
            ask: { agent: speaker, execution: { type: parallel }, transitions: [ { to: done } ] }
            done: { type: final }
            """));

    [Fact]
    public async Task A_state_that_does_several_things_does_them_one_after_the_other()
    {
        house.Action("prepare", _ => """{"topic":"tea","extra":1}""").Says("speaker", "about tea");

        Succeeded("""{"extra":1,"said":"about tea","topic":"tea"}""", await RunAsync("""
            all:
              action: prepare
              launch: echo
              launch_input: { say: "{{ context.topic }}" }
              agent: speaker
              input: { what: "{{ context.topic }}" }
              type: final
              output: { said: "{{ output.content }}", topic: "{{ context.topic }}", extra: "{{ context.extra }}" }
            """));
        Assert.Equal("""{"what":"tea"}""", house.Model.Asked.Single().Input.ToString());
    }

    [Fact]
    public async Task An_action_gets_context_and_input_and_what_it_leaves_out_stays()
    {
        string? got = null;
        house.Action("act", seen =>
        {
            got = seen.ToString();
            return """{"a":null,"told":3}""";
        });

        Succeeded("""{"a":null,"b":2,"told":3}""", await RunAsync("""
            act: { action: act, input: { x: "{{ context.b }}" }, output_to_context: { t: "{{ output.told }}" }, transitions: [ { to: done } ] }
            done: { type: final, output: { a: "{{ context.a }}", b: "{{ context.b }}", told: "{{ context.t }}" } }
            """, context: "context: { a: 1, b: 2 }"));
        Assert.Equal("""{"context":{"a":1,"b":2},"input":{"x":2}}""", got);
    }

    [Fact]
    public void A_retry_pauses_as_it_says()
    {
        var retry = Load("""
            ask: { agent: speaker, execution: { type: retry, backoffs: [2, 8.5, 0], jitter: 0.25 }, transitions: [ { to: done } ] }
            done: { type: final }
            """).Definitions["main"].Workflow.States["ask"].Retry;

        Assert.Equal((4, 0.25m), (retry.Attempts, retry.Jitter));
        Assert.Equal([2_000, 8_500, 1], retry.Pauses.Select(p => p.TotalMilliseconds));
        Assert.Equal(["*"], retry.On.ToArray());
    }

    [Theory]
    [InlineData("model: plain", "acme/small", null, 100)]
    [InlineData("model: { profile: plain, max_tokens: 7 }", "acme/small", null, 7)]
    [InlineData("model: { provider: acme, name: big, temperature: 0.5 }", "acme/big", 0.5, null)]
    [InlineData("model: { name: local }", "local", null, null)]
    [InlineData("user: hm", "acme/warm", 1.5, null)]
    public void A_model_is_what_profile_and_agent_say_together(string model, string name, double? temperature, int? tokens)
    {
        var loaded = DefinitionLoader.LoadTexts(
            [
                new("machine.yml", $$"""
                    spec: flatmachine
                    spec_version: "1.1.1"
                    data:
                      profiles: ./models.yml
                      agents: { one: { spec: flatagent, spec_version: "1.1.1", data: { name: one, system: x, {{model}} } } }
                      states: { ask: { agent: one, transitions: [ { to: done } ] }, done: { type: final } }
                    """),
                new("models.yml", """
                    spec: flatprofiles
                    spec_version: "1.1.1"
                    data:
                      model_profiles:
                        plain: { provider: acme, name: small, max_tokens: 100 }
                        warm: { provider: acme, name: warm, temperature: 1.5 }
                      default: warm
                    """),
            ],
            new DefinitionHost([], ["acme/small", "acme/big", "acme/warm", "local"]),
            LoadOptions.Lenient);

        Assert.Empty(loaded.Diagnostics);
        var agent = loaded.Definitions["machine"].Workflow.Agents["one"];
        Assert.Equal((name, (decimal?)temperature, tokens), (agent.Model, agent.Temperature, agent.MaxOutputTokens));
    }

    [Fact]
    public void A_mistake_in_a_template_is_told_where_it_stands()
    {
        var loaded = house.LoadText("""
            spec: flatmachine
            spec_version: "1.1.1"
            data:
              agents:
                one:
                  spec: flatagent
                  spec_version: "1.1.1"
                  data:
                    model: scripted
                    user: |
                      Dear {{ input.name }},
                      {% if inptu.x %}hello{% endif %}
              states:
                ask: { agent: one, input: { name: "{{ context.name | upper }}{{ nobody.x }}" }, transitions: [ { to: done, when: never } ] }
                done: { type: final, output: "{{ context.a ** 2 }}" }
            """);

        Assert.Equal(
            [
                "12:17 expression.name",
                "14:69 expression.name",
                "14:112 field.unknown",
                "15:48 flatmachine.template",
            ],
            loaded.Diagnostics.Where(d => d.Severity is DiagnosticSeverity.Error).Select(d => $"{d.Line}:{d.Column} {d.Code}"));
    }

    [Theory]
    [InlineData("ask: { transitions: [ { to: dome } ] }", "workflow.unknown_target")]
    [InlineData("ask: { agent: speakr, transitions: [ { to: done } ] }", "agent.unknown")]
    [InlineData("ask: { machine: ecko, transitions: [ { to: done } ] }", "workflow.unknown")]
    [InlineData("ask: { machine: [ echo, echo ], transitions: [ { to: done } ] }", "definition.duplicate")]
    [InlineData("ask: { agent: speaker, machine: echo, transitions: [ { to: done } ] }", "field.conflict")]
    [InlineData("ask: { foreach: input.items, transitions: [ { to: done } ] }", "field.missing")]
    [InlineData("ask: { agent: speaker, output: { x: 1 }, transitions: [ { to: done } ] }", "flatmachine.without_effect")]
    [InlineData("ask: { machine: echo, execution: { type: retry }, transitions: [ { to: done } ] }", "flatmachine.without_effect")]
    [InlineData("ask: { agent: speaker, retries: 3, transitions: [ { to: done } ] }", "field.unknown")]
    [InlineData("ask: { agent: ./gone.yml, transitions: [ { to: done } ] }", "flatmachine.reference")]
    [InlineData("ask: { machine: ./gone.yml, transitions: [ { to: done } ] }", "flatmachine.reference")]
    public void What_is_wrong_with_a_state_is_named_on_its_line(string state, string code)
    {
        var loaded = Load($"{state}\ndone: {{ type: final }}\n");

        Assert.Contains(loaded.Diagnostics, d => d.Code == code && d.Line == 14);
    }

    [Fact]
    public async Task A_run_that_another_process_carries_on_asks_nobody_again()
    {
        const string States = """
            ask: { agent: speaker, output_to_context: { said: "{{ output.content }}" }, transitions: [ { to: act } ] }
            act: { action: hang, transitions: [ { to: done } ] }
            done: { type: final, output: { said: "{{ context.said }}", acted: "{{ context.acted }}" } }
            """;
        house.Says("speaker", "once");
        var run = await house.StopWhileHangingAsync(Load(States));
        var after = new FlatHouse(house).Action("hang", _ => """{"acted":true}""");

        Succeeded("""{"acted":true,"said":"once"}""", await after.CarryOnAsync(run));
        Assert.Single(house.Model.Asked);
    }

    [Fact]
    public void Agents_of_other_runtimes_and_loops_of_tools_are_refused_by_name()
    {
        var loaded = house.LoadText("""
            spec: flatmachine
            spec_version: "1.1.1"
            data:
              agents: { one: { type: smolagents, ref: x } }
              states:
                ask: { agent: one, tool_loop: true, sampling: multi, transitions: [ { to: done } ] }
                done: { type: final }
            """);

        Assert.Equal(["4:26", "6:35", "6:51"], loaded.Diagnostics.Where(d => d.Code == "feature.blocked").Select(d => $"{d.Line}:{d.Column}"));
    }

    [Fact]
    public void A_definition_of_the_same_files_has_the_same_hash()
    {
        const string States = "ask: { agent: speaker, transitions: [ { to: done } ] }\ndone: { type: final }\n";

        Assert.Equal(
            Load(States).Definitions["main"].Workflow.Hash,
            Load(States + "# a comment\n").Definitions["main"].Workflow.Hash);
    }

    private LoadResult Load(string states, string settings = "", string context = "") => house.LoadText(
        $$"""
        spec: flatmachine
        spec_version: "1.1.1"
        data:
          name: main
          {{settings}}
          {{context}}
          agents: { speaker: {{Speaker}} }
          machines:
            echo: {{Echo}}
            other: {{Echo}}
            broken: {{Broken}}
            slow: { spec: flatmachine, spec_version: "1.1.1", data: { name: slow, states: { wait: { action: hang, transitions: [ { to: done } ] }, done: { type: final } } } }
          states:
            {{states.ReplaceLineEndings("\n    ")}}
        """);

    private Task<RunState> RunAsync(
        string states, string input = "{}", string settings = "", string context = "") =>
        house.RunAsync(Load(states, settings, context), input);

    private static void Succeeded(string output, RunState state)
    {
        Assert.True(state.Status is RunStatus.Succeeded, state.Failure?.ToString());
        Assert.Equal(output, state.Output.ToString());
    }

    private static void Failed(string code, RunState state)
    {
        Assert.Equal(RunStatus.Failed, state.Status);
        Assert.Equal(code, state.Failure!.Code);
    }
}
