namespace Orleans.Agents.Server.Tests.Rolling;

/// <summary>What callers have done: only with what every node can do by itself.</summary>
internal static class Workflows
{
    /// <summary>Adds three, at once.</summary>
    public const string Quick = "quick";

    /// <summary>Adds one in each of many steps, and is carried for seconds.</summary>
    public const string Steps = "steps";

    /// <summary>Waits for somebody to tell it a number, and adds that.</summary>
    public const string Asked = "asked";

    /// <summary>What <see cref="Asked"/> waits for.</summary>
    public const string Signal = "go";

    /// <summary>How many steps <see cref="Steps"/> has.</summary>
    public const int StepsPerRun = 12;

    public static string Text => $$$"""
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: {{{Quick}}} }
        spec:
          start: count
          states:
            count: { tool: text.count, input: { text: a b c }, save: { words: "${{ output.words }}" }, next: done }
            done: { end: { n: "${{ input.n + context.words }}" } }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: {{{Steps}}} }
        spec:
          start: step
          context: { n: 0 }
          states:
            step:
              max_visits: {{{StepsPerRun}}}
              tool: text.count
              input: { text: a }
              save: { n: "${{ context.n + output.words }}" }
              next: [ { when: run.cycle.remaining > 0, to: rest }, { to: done } ]
            rest: { wait: { duration: 150ms }, next: step }
            done: { end: { n: "${{ input.n + context.n }}" } }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: {{{Asked}}} }
        spec:
          start: ask
          states:
            ask: { wait: { signal: {{{Signal}}} }, next: done, save: { n: "${{ output }}" } }
            done: { end: { n: "${{ input.n + context.n }}" } }
        """;
}
