using Orleans.Agents.Tools;

namespace Orleans.Agents.Storage.Tests.Hosts;

/// <summary>The workflows that hosts are put to the test with; each is called <c>test</c>.</summary>
internal static class HostWorkflows
{
    public const string AskAndCount = Head + """
          input: { type: object, properties: { n: { type: integer } } }
          start: ask
          states:
            ask:
              agent: thinker
              input: { n: "${{ input.n }}" }
              retry: { attempts: 3, backoff: 1ms, on: [transient] }
              save: { thought: "${{ output.thought }}" }
              next: count
            count:
              tool: text.count
              input: { text: "${{ context.thought }}" }
              save: { words: "${{ output.words }}" }
              next: done
            done:
              end: { thought: "${{ context.thought }}", words: "${{ context.words }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: thinker }
        spec:
          model: scripted
          instructions: Think.
          output: { schema: { type: object, required: [thought], properties: { thought: { type: string } } } }
        """;

    public const string Priced = Head + """
          budget: { tokens: 100000, cost_usd: 1 }
          start: check
          states:
            check:
              foreach: { in: "${{ input }}", as: claim, limit: 2 }
              do: { workflow: fact, input: "${{ claim }}", budget: { tokens: 20000 } }
              save: { facts: "${{ output }}" }
              next: sum-up
            sum-up: { agent: helper, input: "${{ context.facts }}", save: { text: "${{ output }}" }, next: done }
            done: { end: "${{ context.text }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: fact }
        spec:
          start: ask
          states:
            ask: { agent: checker, input: "${{ input }}", save: { fact: "${{ output }}" }, next: done }
            done: { end: "${{ context.fact }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: checker }
        spec: { model: scripted, max_output_tokens: 100, price: { input: 2, output: 10 } }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: helper }
        spec: { model: scripted, max_output_tokens: 100 }
        """;

    public const string Catching = Head + """
          start: work
          states:
            work:
              tool: test.work
              input: "${{ input }}"
              catch: [ { on: [tool.caught], to: caught } ]
              next: caught
            caught: { end: "${{ error.code }}" }
        """;

    public const string Parallel = Head + """
          start: check
          states:
            check:
              parallel:
                branches:
                  echo: { tool: test.work, input: { n: "${{ input.n }}" } }
                  answer: { agent: helper, input: "${{ input.n }}" }
              save: { all: "${{ output }}" }
              next: done
            done: { end: "${{ context.all }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: helper }
        spec: { model: scripted, prompt: "How many? ${{ input }}" }
        """;

    public const string Each = Head + """
          start: each
          states:
            each:
              foreach: { in: "${{ input }}", as: item, limit: 100 }
              do: { tool: test.work, input: "${{ item }}" }
              save: { all: "${{ output }}" }
              next: done
            done: { end: "${{ context.all }}" }
        """;

    public const string Held = Head + """
          start: first
          states:
            first: { tool: test.work, input: 1, save: { a: "${{ output }}" }, next: second }
            second: { tool: test.held, input: 2, timeout: 1h, save: { b: "${{ output }}" }, next: done }
            done: { end: ["${{ context.a }}", "${{ context.b }}"] }
        """;

    public const string HeldBelow = Head + """
          start: ask
          states:
            ask:
              parallel: { branches: { a: { workflow: work, input: 1 }, b: { workflow: work, input: 2 } } }
              save: { all: "${{ output }}" }
              next: done
            done: { end: "${{ context.all }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: work }
        spec:
          start: first
          states:
            first: { tool: test.held, input: "${{ input }}", timeout: 1h, save: { a: "${{ output }}" }, next: second }
            second: { tool: test.work, input: "${{ input + 10 }}", save: { b: "${{ output }}" }, next: done }
            done: { end: ["${{ context.a }}", "${{ context.b }}"] }
        """;

    public const string Resting = Head + """
          start: rest
          states:
            rest: { wait: { duration: 1s }, next: done }
            done: { end: rested }
        """;

    public const string Parked = Head + """
          start: rest
          states:
            rest: { wait: { duration: 2h }, next: done }
            done: { end: rested }
        """;

    public const string Approving = Head + """
          start: work
          states:
            work: { tool: test.held, input: 1, timeout: 1h, next: approve }
            approve: { wait: { signal: approval, timeout: 1h, schema: { type: integer } }, save: { a: "${{ output }}" }, next: again }
            again: { wait: { signal: approval, schema: { type: integer } }, save: { b: "${{ output }}" }, next: done }
            done: { end: ["${{ context.a }}", "${{ context.b }}"] }
        """;

    public const string ApprovedBelow = Head + """
          start: ask
          states:
            ask: { parallel: { branches: { a: { workflow: approve }, b: { workflow: approve } } }, save: { all: "${{ output }}" }, next: done }
            done: { end: "${{ context.all }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: approve }
        spec:
          start: ask
          states:
            ask: { wait: { signal: approval }, save: { said: "${{ output }}" }, next: done }
            done: { end: "${{ context.said }}" }
        """;

    public const string CalledBelow = Head + """
          start: ask
          states:
            ask: { workflow: below, input: {}, save: { said: "${{ output }}" }, next: done }
            done: { end: "${{ context.said }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: below }
        spec:
          start: work
          states:
            work: { tool: test.work, input: 1, save: { said: "${{ output }}" }, next: done }
            done: { end: "${{ context.said }}" }
        """;

    public const string Once = Head + """
          start: call
          states:
            call: { tool: test.once, input: 1, save: { a: "${{ output }}" }, next: done }
            done: { end: "${{ context.a }}" }
        """;

    /// <summary>How each begins.</summary>
    public const string Head = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:

        """;

    /// <summary>The tools they call, and what these do to the world.</summary>
    public static IEnumerable<(string Name, ToolEffect Effect)> Tools =>
    [
        ("test.work", ToolEffect.Idempotent),
        ("test.held", ToolEffect.Idempotent),
        ("test.once", ToolEffect.Once),
    ];
}
