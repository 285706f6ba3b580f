namespace Orleans.Agents.Cli.Tests;

/// <summary>Machines of another runtime, run by the command as they are.</summary>
public sealed class FlatMachineTests : IDisposable
{
    private readonly Workspace workspace = new();

    public FlatMachineTests()
    {
        workspace.Write(
            "machine.yml",
            """
            spec: flatmachine
            spec_version: "1.1.1"
            data:
              name: spelling
              context: { target: "{{ input.target }}", built: "" }
              agents: { speller: ./speller.yml }
              states:
                start:
                  transitions:
                    - { condition: context.built == context.target, to: done }
                    - { to: ask }
                ask:
                  agent: speller
                  input: { target: "{{ context.target }}", built: "{{ context.built }}" }
                  output_to_context: { letter: "{{ output.content }}" }
                  transitions: [ { to: append } ]
                append: { action: append, transitions: [ { to: start } ] }
                done: { type: final, output: { built: "{{ context.built }}", letters: "{{ context.built | length }}" } }
            """);
        workspace.Write(
            "speller.yml",
            """
            spec: flatagent
            spec_version: "1.1.1"
            data: { name: speller, model: { provider: acme, name: big }, user: "{{ input.target }}, so far {{ input.built }}" }
            """);
        Directory.CreateDirectory(workspace.At("rehearsal"));
        workspace.Write("rehearsal/speller.yaml", "answer: ${{ at(input.target, size(input.built)) }}\n");
        workspace.Write("rehearsal/append.json", """{ "answer": { "built": "${{ input.context.built + input.context.letter }}" } }""");
    }

    [Fact]
    public async Task A_machine_runs_with_answers_for_its_agents_and_actions()
    {
        var ended = await workspace.AgentsAsync("run", "machine.yml", "--answers", "rehearsal", "--set", "target=né");

        Assert.Equal("""{"built":"né","letters":2}""", ended.With(0).Out.Trim());
    }

    [Fact]
    public async Task An_action_that_nobody_does_is_told_at_its_place()
    {
        var ended = await workspace.AgentsAsync("validate", "machine.yml");

        Assert.Matches("(?m)^machine\\.yml:17:23: error flatmachine\\.action: Nobody does the action \"append\" here", ended.With(2).Err);
        Assert.Contains("warning agent.unknown_model: No model is called \"acme/big\" here", ended.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_answers_that_is_not_there_is_told()
    {
        var ended = await workspace.AgentsAsync("validate", "machine.yml", "--answers", "nowhere");

        Assert.Contains("There is no folder 'nowhere' with answers.", ended.With(2).Err, StringComparison.Ordinal);
    }

    public void Dispose() => workspace.Dispose();
}
