namespace Orleans.Agents.Storage.Tests.Hosts;

/// <summary>Workflows that do not need, or do not wait for, all that they start; each is called <c>test</c>.</summary>
internal static class RaceWorkflows
{
    public const string Race = HostWorkflows.Head + """
          start: race
          states:
            race:
              parallel:
                settle: any
                branches:
                  a: { workflow: slow }
                  b: { workflow: slow }
                  c: { workflow: slow }
                  d: { workflow: slow }
                  e: { tool: test.held, timeout: 1h }
                  f: { tool: test.work, input: first }
              save: { won: "${{ output }}" }
              next: after
            after: { tool: test.work, input: after, next: done }
            done: { end: "${{ context.won }}" }
        """ + Slow;

    public const string Quorum = HostWorkflows.Head + """
          start: each
          states:
            each:
              foreach: { in: "${{ input }}", settle: 2 }
              do: { workflow: work, input: "${{ item }}", retry: { attempts: 1 } }
              save: { all: "${{ output }}" }
              next: done
            done: { end: "${{ context.all }}" }
        """ + Work;

    public const string Collecting = HostWorkflows.Head + """
          start: each
          states:
            each:
              foreach: { in: "${{ input }}", on_failure: collect }
              do: { workflow: work, input: "${{ item }}", retry: { attempts: 1 } }
              save: { all: "${{ output }}" }
              next: done
            done: { end: "${{ [context.all[0], context.all[1].error.code] }}" }
        """ + Work;

    public const string Caught = HostWorkflows.Head + """
          start: ask
          states:
            ask:
              workflow: work
              input: "${{ input }}"
              retry: { attempts: 2, backoff: 1ms, on: [transient] }
              save: { said: "${{ output }}" }
              catch: [ { on: ["tool.*"], to: caught } ]
              next: done
            done: { end: "${{ context.said }}" }
            caught: { end: "${{ [error.class, error.code] }}" }
        """ + Work;

    public const string Launching = HostWorkflows.Head + """
          start: notify
          states:
            notify: { launch: { workflow: slow }, save: { launched: "${{ output.run }}" }, next: after }
            after: { tool: test.held, timeout: 1h, next: done }
            done: { end: "${{ context.launched }}" }
        """ + Slow;

    public const string LaunchingMany = HostWorkflows.Head + """
          budget: { launches: 3 }
          start: notify
          states:
            notify:
              launch: { workflow: work, input: "${{ run.cycle.current }}" }
              max_visits: 10
              catch: [ { on: [budget.launches], to: done } ]
              next: notify
            done: { end: "${{ run.visit }}" }
        """ + Work;

    public const string LaunchingItself = HostWorkflows.Head + """
          budget: { depth: 1 }
          start: work
          states:
            work: { tool: test.work, next: go-on }
            go-on: { launch: { workflow: test, budget: { launches: 3 } }, save: { next: "${{ output.run }}" }, next: done }
            done: { end: "${{ context.next }}" }
        """;

    private const string Slow = "\n" + """
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: slow }
        spec:
          start: work
          states:
            work: { tool: test.held, timeout: 1h, next: done }
            done: { end: worked }
        """;

    private const string Work = "\n" + """
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: work }
        spec:
          start: work
          states:
            work: { tool: test.work, input: "${{ input }}", retry: { attempts: 1 }, save: { said: "${{ output }}" }, next: done }
            done: { end: "${{ context.said }}" }
        """;
}
