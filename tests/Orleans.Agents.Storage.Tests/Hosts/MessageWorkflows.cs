namespace Orleans.Agents.Storage.Tests.Hosts;

/// <summary>Workflows whose agents tell each other something; each is called <c>test</c>.</summary>
internal static class MessageWorkflows
{
    public const string Review = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: write
          states:
            write: { agent: writer, save: { text: "${{ output }}" }, next: tell }
            tell: { message: { from: writer, to: critic }, input: { draft: "${{ context.text }}" }, next: hold }
            hold: { tool: test.held, input: 1, timeout: 1h, next: judge }
            judge: { agent: critic, retry: { attempts: 2, backoff: 1ms, on: [transient] }, next: again }
            again: { agent: critic, next: done }
            done: { end: ok }
        """ + Agents;

    public const string Crowded = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: write
          states:
            write: { agent: writer, save: { text: "${{ output }}" }, next: tell }
            tell: { message: { from: writer, to: critic }, input: { draft: "${{ context.text }}" }, next: all }
            all:
              parallel:
                branches:
                  a: { tool: test.held, input: 1, timeout: 1h }
                  b: { tool: test.held, input: 2, timeout: 1h }
                  c: { agent: critic }
              next: again
            again: { agent: critic, next: done }
            done: { end: ok }
        """ + Agents;

    public const string Family = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: work
          states:
            work: { workflow: research, next: sum-up }
            sum-up: { agent: writer, next: again }
            again: { agent: writer, save: { text: "${{ output }}" }, next: done }
            done: { end: "${{ context.text }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: research }
        spec:
          start: look
          states:
            look: { agent: reader, save: { found: "${{ output }}" }, next: tell }
            tell: { message: { from: reader, to: writer, run: parent }, input: "${{ context.found }}", next: done }
            done: { end: null }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: reader }
        spec: { model: scripted }
        """ + Agents;

    private const string Agents = "\n" + """
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: writer }
        spec: { model: scripted }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: critic }
        spec: { model: scripted, instructions: Judge. }
        """;
}
