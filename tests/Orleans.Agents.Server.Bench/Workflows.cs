namespace Orleans.Agents.Server.Bench;

/// <summary>What the bench runs; only with tools that every node has.</summary>
internal static class Workflows
{
    /// <summary>Ten steps one after another.</summary>
    public const string Steps = "steps";

    /// <summary>Waits for an hour, in nobody's memory.</summary>
    public const string Parked = "parked";

    /// <summary>Is carried for longer than a crash and a cold start take.</summary>
    public const string Carried = "carried";

    /// <summary>Ten steps, each a moment after the one before.</summary>
    public const string Paced = "paced";

    /// <summary>Enters a state whenever it is told to go.</summary>
    public const string Told = "told";

    /// <summary>How many steps a run of <see cref="Steps"/> has.</summary>
    public const int StepsPerRun = 10;

    private const string Others = """
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: parked }
        spec: { start: rest, states: { rest: { wait: { duration: 1h }, next: done }, done: { end: true } } }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: carried }
        spec: { start: rest, states: { rest: { wait: { duration: 25s }, next: done }, done: { end: true } } }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: told }
        spec:
          start: ask
          states:
            ask:
              wait: { signal: go }
              max_visits: 1000
              next: [ { when: output == 'end', to: done }, { to: ask } ]
            done: { end: true }
        """;

    /// <summary>A file with all of them, which the nodes read.</summary>
    public static string File { get; } = Write();

    private static string Write()
    {
        var states = Enumerable.Range(1, StepsPerRun).Select(step =>
            $$$"""    step{{{step}}}: { tool: text.count, input: { text: a b }, next: {{{(step < StepsPerRun ? $"step{step + 1}" : "done")}}} }""");
        var paced = Enumerable.Range(1, StepsPerRun).Select(step =>
            $$$"""
                step{{{step}}}: { tool: text.count, input: { text: a b }, next: rest{{{step}}} }
                rest{{{step}}}: { wait: { duration: 150ms }, next: {{{(step < StepsPerRun ? $"step{step + 1}" : "done")}}} }
            """);
        var file = Path.Combine(Directory.CreateTempSubdirectory("agents-bench-").FullName, "workflows.yaml");
        System.IO.File.WriteAllText(
            file,
            $$"""
            apiVersion: orleans.agents/v1
            kind: Workflow
            metadata: { name: steps }
            spec:
              start: step1
              states:
            {{string.Join('\n', states)}}
                done: { end: true }
            ---
            apiVersion: orleans.agents/v1
            kind: Workflow
            metadata: { name: paced }
            spec:
              start: step1
              states:
            {{string.Join('\n', paced)}}
                done: { end: true }
            {{Others}}
            """);
        return file;
    }
}
