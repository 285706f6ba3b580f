namespace Orleans.Agents.Gateway.Tests;

/// <summary>The workflows that gateways are put to the test with.</summary>
internal static class Workflows
{
    public const string All = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: echo }
        spec:
          input: { type: object, properties: { n: { type: integer } } }
          start: work
          states:
            work: { tool: test.work, input: "${{ input }}", save: { all: "${{ output }}" }, next: done }
            done: { end: "${{ context.all }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: held }
        spec:
          start: first
          states:
            first: { tool: test.work, input: 1, save: { a: "${{ output }}" }, next: second }
            second: { tool: test.held, input: 2, timeout: 1h, save: { b: "${{ output }}" }, next: done }
            done: { end: ["${{ context.a }}", "${{ context.b }}"] }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: each }
        spec:
          budget: { activities: 100000 }
          start: hold
          states:
            hold: { tool: test.held, input: 0, timeout: 1h, next: each }
            each:
              foreach: { in: "${{ input }}", as: item, limit: 1 }
              do: { tool: test.work, input: "${{ item }}" }
              next: done
            done: { end: done }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: parent }
        spec:
          start: both
          states:
            both:
              parallel:
                branches:
                  one: { workflow: echo, input: { n: 1 } }
                  two: { workflow: echo, input: { n: 2 } }
              next: done
            done: { end: done }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: raced }
        spec:
          start: race
          states:
            race:
              parallel:
                settle: any
                branches:
                  loser: { tool: test.deaf, input: 1 }
                  winner: { tool: test.after, input: 2 }
              next: stay
            stay: { wait: { signal: go }, next: done }
            done: { end: done }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: once }
        spec:
          start: call
          states:
            call: { tool: test.once, input: 1, timeout: 50ms, save: { a: "${{ output }}" }, next: done }
            done: { end: "${{ context.a }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: asked }
        spec:
          start: ask
          states:
            ask:
              wait: { signal: approval, timeout: 1h, schema: { type: object, required: [ok], properties: { ok: { type: boolean } } } }
              save: { said: "${{ output }}" }
              next: hear
            hear: { wait: { signal: news }, save: { news: "${{ output }}" }, next: done }
            done: { end: ["${{ context.said }}", "${{ context.news }}"] }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: asking }
        spec:
          start: child
          states:
            child: { workflow: asked, save: { all: "${{ output }}" }, next: done }
            done: { end: "${{ context.all }}" }
        """;

    public const string Published = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: published, version: 2.0.0, description: Says what it was told. }
        spec:
          start: done
          states:
            done: { end: "${{ input }}" }
        """;
}
