namespace Orleans.Agents.Storage.Tests.Hosts;

/// <summary>Workflows that come to a bound, and say what then; each is called <c>test</c>.</summary>
internal static class BoundWorkflows
{
    public const string Cycle = HostWorkflows.Head + """
          start: work
          states:
            work:
              tool: test.work
              input: "${{ run.cycle.current }}"
              max_visits: 3
              save: { last: "${{ output }}" }
              next: work
              catch: [ { on: [workflow.max_visits], to: done } ]
            done: { end: "${{ context.last }}" }
        """;

    public const string UncaughtCycle = HostWorkflows.Head + """
          start: work
          states:
            work: { tool: test.work, input: 1, max_visits: 3, next: [ { when: output == 0, to: done }, { to: work } ] }
            done: { end: null }
        """;

    public const string Chain = HostWorkflows.Head + """
          hops: { linear: 2, cyclic: 3 }
          start: write
          states:
            write: { agent: writer, max_visits: 9, next: hand-over }
            hand-over: { message: { from: writer, to: critic }, catch: [ { on: [message.hops], to: done } ], next: judge }
            judge: { agent: critic, max_visits: 9, next: reply }
            reply: { message: { from: critic, to: writer }, catch: [ { on: [message.hops], to: done } ], next: write }
            done: { end: "${{ error.state }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: writer }
        spec: { model: scripted }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: critic }
        spec: { model: scripted }
        """;

    public const string Slow = HostWorkflows.Head + """
          start: work
          states:
            work: { tool: test.held, timeout: 50ms, retry: { attempts: 1 }, catch: [ { on: [timeout], to: each } ], next: done }
            each:
              foreach: { in: [1, 2, 3], limit: 2 }
              do: { tool: test.held, input: "${{ item }}" }
              timeout: 100ms
              catch: [ { on: [branches.timeout], to: below } ]
              next: done
            below: { workflow: below, timeout: 100ms, retry: { attempts: 1 }, catch: [ { on: [timeout], to: done } ], next: done }
            done: { end: "${{ error.class }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: below }
        spec:
          start: work
          states:
            work: { tool: test.held, timeout: 1h, next: done }
            done: { end: null }
        """;

    public const string Unanswered = HostWorkflows.Head + """
          start: ask
          states:
            ask: { wait: { signal: approval, timeout: 500ms }, catch: [ { on: [signal.timeout], to: again } ], next: done }
            again: { wait: { signal: approval }, save: { said: "${{ output }}" }, next: done }
            done: { end: "${{ default(context.said, 'nothing') }}" }
        """;

    public const string Nothing = HostWorkflows.Head + """
          start: each
          states:
            each: { foreach: { in: "${{ input }}" }, do: { tool: test.work }, save: { list: "${{ output }}" }, next: keyed }
            keyed:
              foreach: { in: "${{ input }}", key: "${{ item.name }}" }
              do: { workflow: below }
              save: { object: "${{ output }}" }
              next: done
            done: { end: ["${{ context.list }}", "${{ context.object }}"] }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: below }
        spec:
          start: done
          states:
            done: { end: null }
        """;

    public const string Retried = HostWorkflows.Head + """
          start: each
          states:
            each:
              foreach: { in: "${{ input }}" }
              do: { tool: test.work, input: "${{ item }}", retry: { attempts: 3, backoff: 1ms, on: [transient] } }
              save: { all: "${{ output }}" }
              next: done
            done: { end: "${{ context.all }}" }
        """;

    public const string Undecided = HostWorkflows.Head + """
          start: pay
          states:
            pay: { tool: test.once, input: 1, output: { type: integer }, save: { paid: "${{ output }}" }, next: done }
            done: { end: "${{ context.paid }}" }
        """;

    public const string Spent = HostWorkflows.Head + """
          budget: { activities: 5, exceeded: enough }
          start: first
          states:
            first: { workflow: below, budget: { activities: 2 }, save: { a: "${{ output }}" }, next: each }
            each: { foreach: { in: "${{ input }}" }, do: { tool: test.work, input: "${{ item }}" }, save: { b: "${{ output }}" }, next: done }
            done: { end: ["${{ context.a }}", "${{ context.b }}"] }
            enough: { end: "${{ [context.a, error.code] }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: below }
        spec:
          start: first
          states:
            first: { tool: test.work, input: one, next: second }
            second: { tool: test.work, input: two, next: third }
            third: { tool: test.work, input: three, catch: [ { on: [budget], to: done } ], next: done }
            done: { end: "${{ error.code }}" }
        """;
}
