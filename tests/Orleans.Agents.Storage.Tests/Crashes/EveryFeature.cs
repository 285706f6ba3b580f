namespace Orleans.Agents.Storage.Tests.Crashes;

/// <summary>One workflow with everything a run can do, whose output hangs on nothing but its definition.</summary>
internal static class EveryFeature
{
    public const string Yaml = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          context: { rounds: [], late: null }
          budget: { activities: 150, launches: 2, depth: 3, tokens: 100000, cost_usd: 1, time: 1h, exceeded: enough }
          deadline: 7d
          start: draft
          states:
            draft:
              agent: writer
              input: { round: "${{ run.cycle.current }}" }
              max_visits: 2
              retry: { attempts: 3, backoff: 1ms, on: [transient] }
              save: { rounds: "${{ context.rounds + [output] }}" }
              next: [ { when: run.cycle.remaining > 0, to: draft }, { to: each } ]
            each:
              foreach: { in: [x, y, z], as: letter, key: "${{ 'key-' + letter }}", limit: 2 }
              do: { agent: writer, input: { letter: "${{ letter }}" } }
              save: { each: "${{ output }}" }
              next: all
            all:
              parallel:
                on_failure: collect
                branches:
                  flaky: { tool: crash.flaky, input: { n: 1 }, retry: { attempts: 3, backoff: 1ms, on: [transient] } }
                  child: { workflow: child, input: { n: 2 }, budget: { tokens: 20000, activities: 30 } }
                  wrong: { tool: crash.refuse, input: { n: 3 } }
              save: { flaky: "${{ output.flaky }}", child: "${{ output.child }}", wrong: "${{ output.wrong.error.code }}" }
              next: any
            any:
              parallel:
                settle: any
                branches:
                  quick: { tool: crash.work, input: { n: 4 } }
                  dear: { agent: stubborn, input: { n: 5 } }
                  paid: { tool: crash.stubborn, input: { n: 6 } }
                  child: { workflow: patient, input: { n: 7 } }
              save: { any: "${{ output }}" }
              next: quorum
            quorum:
              foreach: { in: [1, 2, 3], settle: 2 }
              do: { tool: crash.choosy, input: { n: "${{ item }}" } }
              save: { quorum: "${{ output }}" }
              next: pay
            pay:
              tool: crash.pay
              input: { n: 8 }
              timeout: 1m
              save: { paid: "${{ output }}" }
              next: hurry
            hurry:
              tool: crash.endless
              input: { n: 9 }
              timeout: 30ms
              catch: [ { on: [timeout], to: tell, save: { late: "${{ error.code }}" } } ]
              next: tell
            tell: { launch: { workflow: announce, input: { n: 10 } }, save: { told: "${{ output.run }}" }, next: rest }
            rest: { wait: { duration: 5ms }, next: hear }
            hear: { wait: { signal: news }, save: { news: "${{ output }}" }, next: approve }
            approve:
              wait: { signal: approval, timeout: 24h, schema: { type: object, required: [approved] } }
              save: { approved: "${{ output.approved }}" }
              next: [ { when: context.approved, to: done }, { to: enough } ]
            enough: { fail: { code: enough, message: "${{ default(error.message, 'not approved') }}" } }
            done:
              end:
                rounds: ${{ context.rounds }}
                each: ${{ context.each }}
                all: [ "${{ context.flaky }}", "${{ context.child }}", "${{ context.wrong }}" ]
                any: ${{ context.any }}
                quorum: ${{ context.quorum }}
                paid: ${{ context.paid }}
                late: ${{ context.late }}
                told: ${{ context.told }}
                heard: [ "${{ context.news }}", "${{ context.approved }}" ]
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: child }
        spec:
          start: ask
          states:
            ask: { agent: writer, input: { n: "${{ input.n }}" }, save: { text: "${{ output }}" }, next: leaf }
            leaf: { workflow: leaf, input: { n: "${{ input.n }}" }, save: { leaf: "${{ output }}" }, next: rest }
            rest: { wait: { duration: 5ms }, next: done }
            done: { end: [ "${{ context.text }}", "${{ context.leaf }}" ] }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: leaf }
        spec:
          start: ask
          states:
            ask: { agent: writer, input: { leaf: "${{ input.n }}" }, save: { text: "${{ output }}" }, next: pay }
            pay: { tool: crash.pay, input: { n: "${{ input.n }}" }, save: { paid: "${{ output }}" }, next: done }
            done: { end: [ "${{ context.text }}", "${{ context.paid }}" ] }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: patient }
        spec:
          start: ask
          states:
            ask: { agent: writer, input: { n: "${{ input.n }}" }, next: wait }
            wait: { wait: { signal: never }, next: done }
            done: { end: patient }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: announce }
        spec:
          start: ask
          states:
            ask: { agent: writer, input: { n: "${{ input.n }}" }, next: done }
            done: { end: announced }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: writer }
        spec: { model: costly, max_output_tokens: 100, price: { input: 3, output: 15 } }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: stubborn }
        spec: { model: costly, max_output_tokens: 100, price: { input: 3, output: 15 } }
        """;

    /// <summary>What it ends with, whatever happens to it.</summary>
    public const string Output =
        """{"all":["flaky 1",["writer {\"n\":2}",["writer {\"leaf\":2}","paid 2"]],"crash.refused"],"any":{"quick":"work 4"},"each":{"key-x":"writer {\"letter\":\"x\"}","key-y":"writer {\"letter\":\"y\"}","key-z":"writer {\"letter\":\"z\"}"},"heard":["news",true],"late":"activity.timeout","paid":"paid 8","quorum":[1,2],"rounds":["writer {\"round\":1}","writer {\"round\":2}"],"told":"run-1~9.0"}""";
}
