namespace Orleans.Agents.Cli.Tests;

/// <summary>Definitions that tests run.</summary>
internal static class Samples
{
    /// <summary>Gives its input back.</summary>
    public const string Echo = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: echo, version: 1.2.0 }
        spec:
          start: done
          states:
            done:
              end: "${{ input }}"
        """;

    /// <summary>Counts to its input in a bounded cycle of an offline agent.</summary>
    public const string Count = """
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: adder }
        spec:
          model: offline
          answer: { n: "${{ input.n + 1 }}" }
          output: { type: object, required: [n], properties: { n: { type: integer } } }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: count }
        spec:
          input: { type: object, required: [from], properties: { from: { type: integer } } }
          context: { n: "${{ input.from }}" }
          start: review
          states:
            review:
              agent: adder
              max_visits: 2
              input: { n: "${{ context.n }}" }
              save: { n: "${{ output.n }}" }
              next:
                - { when: run.cycle.remaining > 0, to: review }
                - { to: done }
            done:
              end: { n: "${{ context.n }}" }
        """;

    /// <summary>Fails of its own will.</summary>
    public const string Refuse = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: refuse }
        spec:
          start: refuse
          states:
            refuse:
              fail: { code: refused, message: "Not today." }
        """;

    /// <summary>Asks for more than its budget allows.</summary>
    public const string Spend = """
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: spender }
        spec:
          model: offline
          answer: spent
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: spend }
        spec:
          budget: { activities: 1 }
          start: first
          states:
            first: { agent: spender, next: second }
            second: { agent: spender, next: done }
            done: { end: null }
        """;

    /// <summary>Tries to read a file until it is there.</summary>
    public const string Await = """
        apiVersion: orleans.agents/v1
        kind: Policy
        metadata: { name: here }
        spec:
          files: { read: ["."] }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: await }
        spec:
          start: look
          states:
            look:
              tool: files.read
              input: { root: ".", path: go.txt }
              retry: { attempts: 900, backoff: 100ms, factor: 1, max: 100ms, jitter: 0, on: [files.not_found] }
              save: { text: "${{ output.text }}" }
              next: done
            done:
              end: { text: "${{ context.text }}" }
        """;

    /// <summary>Counts a while, then tries to read a file until it is there: work that lasts, with much to store.</summary>
    public const string Busy = """
        apiVersion: orleans.agents/v1
        kind: Policy
        metadata: { name: here }
        spec:
          files: { read: ["."] }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: adder }
        spec:
          model: offline
          answer: { n: "${{ input.n + 1 }}" }
          output: { type: object, required: [n], properties: { n: { type: integer } } }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: busy }
        spec:
          context: { n: "${{ input.from }}" }
          budget: { activities: 100000 }
          start: add
          states:
            add:
              agent: adder
              max_visits: 5
              input: { n: "${{ context.n }}" }
              save: { n: "${{ output.n }}" }
              next:
                - { when: run.cycle.remaining > 0, to: add }
                - { to: look }
            look:
              tool: files.read
              input: { root: ".", path: go.txt }
              retry: { attempts: 1000, backoff: 150ms, factor: 1, max: 150ms, jitter: 0, on: [files.not_found] }
              save: { text: "${{ output.text }}" }
              next: done
            done:
              end: { n: "${{ context.n }}", text: "${{ context.text }}" }
        """;

    /// <summary>Names a state that does not exist.</summary>
    public const string Broken = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: broken }
        spec:
          start: begin
          states:
            begin: { pass: {}, next: dnoe }
            done: { end: null }
        """;
}
