using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Tests.Crashes;

/// <summary>
/// Two fan-outs that are settled while those who lose are under way: child runs, one of them with a child run of its own, that
/// another process carries, and calls that must not be made twice. Those who win are the last to answer, so every loser is there.
/// </summary>
internal static class LosersElsewhere
{
    public const string Yaml = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          budget: { activities: 150, depth: 3, tokens: 100000, cost_usd: 1, time: 1h }
          deadline: 7d
          start: any
          states:
            any:
              parallel:
                settle: any
                branches:
                  far: { workflow: far, input: { n: 3 }, budget: { tokens: 20000, activities: 40 } }
                  near: { tool: crash.last, input: { n: 1, after: [2, 3] } }
                  paid: { tool: crash.stubborn, input: { n: 2 } }
              save: { any: "${{ output }}" }
              next: quorum
            quorum:
              foreach: { in: [4, 5, 6, 7], settle: 2 }
              do: { workflow: voter, input: { n: "${{ item }}" }, budget: { tokens: 5000, activities: 10 } }
              save: { quorum: "${{ output }}" }
              next: move_on
            move_on: { tool: crash.move_on, input: { n: 8 }, save: { moved: "${{ output }}" }, next: say }
            say:
              agent: writer
              input: { round: 1 }
              retry: { attempts: 3, backoff: 1ms, on: [transient] }
              save: { said: "${{ output }}" }
              next: done
            done: { end: { any: "${{ context.any }}", quorum: "${{ context.quorum }}", said: "${{ context.said }}" } }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: far }
        spec:
          start: wait
          states:
            wait: { wait: { signal: go }, next: ask }
            ask: { agent: writer, input: { n: "${{ input.n }}" }, next: leaf }
            leaf: { workflow: leaf, input: { n: "${{ input.n }}" }, next: done }
            done: { end: far }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: leaf }
        spec:
          start: ask
          states:
            ask: { agent: writer, input: { n: "${{ input.n }}" }, next: pay }
            pay: { tool: crash.stubborn, input: { n: "${{ input.n }}" }, next: done }
            done: { end: leaf }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: voter }
        spec:
          start: sort
          states:
            sort: { pass: {}, next: [ { when: input.n < 6, to: last }, { to: wait } ] }
            last: { tool: crash.last, input: { n: "${{ input.n }}", after: [6, 7] }, next: win }
            win: { agent: writer, input: { n: "${{ input.n }}" }, save: { vote: "${{ output }}" }, next: done }
            wait: { wait: { signal: go }, next: ask }
            ask: { agent: writer, input: { n: "${{ input.n }}" }, next: [ { when: input.n == 6, to: stubborn }, { to: patient } ] }
            stubborn: { tool: crash.stubborn, input: { n: "${{ input.n }}" }, next: late }
            patient: { tool: crash.patient, input: { n: "${{ input.n }}" }, next: late }
            late: { end: late }
            done: { end: "${{ context.vote }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: writer }
        spec: { model: costly, max_output_tokens: 100, price: { input: 3, output: 15 } }
        """;

    /// <summary>What it ends with, whatever happens to it.</summary>
    public const string Output =
        """{"any":{"near":"work 1"},"quorum":["writer {\"n\":4}","writer {\"n\":5}"],"said":"writer {\"round\":1}"}""";

    /// <summary>The losers of each fan-out: the visit and the branch.</summary>
    public static readonly (int Visit, int Branch)[] Losers = [(1, 0), (1, 2), (2, 2), (2, 3)];

    /// <summary>The runs that lose, which the other process carries.</summary>
    public static readonly string[] Far = ["run-1~1.0", "run-1~1.0~3.0", "run-1~2.2", "run-1~2.3"];

    /// <summary>All runs there are.</summary>
    public static readonly string[] Runs = ["run-1", .. Far[..2], "run-1~2.0", "run-1~2.1", .. Far[2..]];

    public static bool IsFar(RunId run) => Far.Contains(run.Value);

    public static bool IsNear(RunId run) => !IsFar(run);
}
