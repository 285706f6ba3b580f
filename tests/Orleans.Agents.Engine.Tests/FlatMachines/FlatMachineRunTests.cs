using Orleans.Agents.Models;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.FlatMachines;

/// <summary>The examples of another runtime run to their ends, and give what they are for.</summary>
public sealed class FlatMachineRunTests
{
    private readonly FlatHouse house = new();

    [Fact]
    public async Task Hello_world_is_built_letter_by_letter_with_a_handler_for_its_action()
    {
        house.Always("hello-world-agent", NextLetter)
            .Action("append_char", seen =>
            {
                var context = Member(seen, "context");
                return $$"""{"current":{{Joined(Text(context, "current"), Text(context, "last_output"))}}}""";
            });

        Succeeded("""{"result":"Hi \"é\"","success":true}""", await house.RunAsync("examples/helloworld/config/machine.yml", """{"target":"Hi \"é\""}"""));
    }

    [Fact]
    public async Task An_empty_answer_is_asked_for_again()
    {
        var state = await house.Says("hello-world-agent", "", "a").Action("append_char", _ => """{"current":"a"}""")
            .RunTextAsync(
                """
                spec: flatmachine
                spec_version: "1.0.0"
                data:
                  agents: { builder: { spec: flatagent, spec_version: "1.0.0", data: { name: hello-world-agent, model: scripted, user: go } } }
                  states:
                    ask:
                      agent: builder
                      execution: { type: retry, retry_on_empty: true, backoffs: [0.001] }
                      output_to_context: { said: "{{ output.content }}" }
                      transitions: [{ to: done }]
                    done: { type: final, output: { said: "{{ context.said }}" } }
                """);

        Succeeded("""{"said":"a"}""", state);
        Assert.Equal(2, house.Model.Asked.Count);
    }

    [Fact]
    public async Task Hello_world_of_the_fixtures_is_built_letter_by_letter()
    {
        house.Always("next_char", asked => $$"""{"next_char":{{Joined(NextLetter(asked))}}}""");

        Succeeded("""{"result":"abc","success":true}""", await house.RunAsync("js-fixtures/helloworld/machine.yml", """{"target":"abc"}"""));
    }

    [Fact]
    public async Task A_writer_and_a_critic_go_on_until_the_score_is_high_enough()
    {
        house.Says("writer", "Buy it", "Brew bold")
            .Says("tagline-extractor", """{"tagline":"Buy it"}""", """{"tagline":"Brew bold"}""")
            .Says("critic", "poor", "good")
            .Says("critic-extractor", """{"score":4,"feedback":"be bold"}""", """{"score":9,"feedback":"fine"}""");

        Succeeded(
            """{"rounds":2,"score":9,"tagline":"Brew bold"}""",
            await house.RunAsync("examples/writer_critic/config/machine.yml", """{"product":"coffee","target_score":8}"""));
        Assert.Equal(
            ["""{"feedback":null,"product":"coffee","tagline":null}""", """{"feedback":"be bold","product":"coffee","tagline":"Buy it"}"""],
            house.Model.Asked.Where(a => a.Agent.Name == "writer").Select(a => a.Input.ToString()));
    }

    [Fact]
    public async Task A_writer_gives_up_after_as_many_rounds_as_the_input_says()
    {
        house.Always("writer", _ => "x").Always("tagline-extractor", _ => """{"tagline":"x"}""").Always("critic", _ => "no")
            .Always("critic-extractor", _ => """{"score":1,"feedback":"no"}""");

        Succeeded(
            """{"rounds":3,"score":1,"tagline":"x"}""",
            await house.RunAsync("examples/writer_critic/config/machine.yml", """{"product":"tea","max_rounds":3}"""));
    }

    [Fact]
    public async Task An_agent_whose_file_is_not_there_fails_and_the_machine_goes_where_it_says()
    {
        house.Says("cleanup", "The worker was missing.").Says("summary-extractor", """{"summary":"no worker"}""");

        var state = await house.RunAsync("examples/error_handling/config/machine.yml", """{"task":"add"}""");

        Succeeded(
            """{"error":"There is no file ./nonexistent.yml with this agent.","error_type":"agent.not_found","success":false,"summary":"no worker"}""",
            state);
        Assert.Equal("""{"error_type":"agent.not_found","state":"do_work"}""", house.Model.Asked.First().Input.ToString());
    }

    private static string NextLetter(AgentRequest asked)
    {
        var input = Value.From(asked.Input);
        return Text(input, "target")[Text(input, "current").Length..][..1];
    }

    private static void Succeeded(string output, RunState state)
    {
        Assert.True(state.Status is RunStatus.Succeeded, state.Failure?.ToString());
        Assert.Equal(output, state.Output.ToString());
    }

    private static Value Member(Value of, string name) =>
        of.TryGetMember(name, out var member) ? member : throw new InvalidOperationException(name);

    private static string Text(Value of, string name) =>
        Member(of, name).TryGetText(out var text) ? text : throw new InvalidOperationException(name);

    private static string Joined(params ReadOnlySpan<string> texts) => Payload.FromText(string.Concat(texts)).ToString();
}
