using System.Text;
using Orleans.Agents.Definitions;
using Orleans.Agents.Tools;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Engine.Tests.Definitions;

public sealed class ClosureTests
{
    private const string Small = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: small }
        spec:
          context: { b: 2, a: 1.0 }
          start: work
          states:
            work:
              agent: helper
              input: { y: "${{ context.a }}", x: [1, 2] }
              timeout: 90m
              next: [ { when: output.ok, to: done }, { to: work } ]
              max_visits: 2
            done: { end: "${{ context.b }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: helper }
        spec: { model: offline, answer: { ok: true }, output: { schema: reply } }
        ---
        apiVersion: orleans.agents/v1
        kind: Schema
        metadata: { name: reply }
        spec: { type: object }
        """;

    private const string Asking = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: small }
        spec:
          start: ask
          states:
            ask: { wait: { signal: approval, timeout: 24h, schema: answer }, save: { told: "${{ output }}" }, next: done }
            done: { end: "${{ context.told }}" }
        ---
        apiVersion: orleans.agents/v1
        kind: Schema
        metadata: { name: answer }
        spec: { type: boolean }
        """;

    private static readonly Dictionary<string, string> HashBySpelling = new(StringComparer.Ordinal)
    {
        ["comments"] = "# hello\n" + Small.Replace("timeout: 90m", "timeout: 90m # enough", StringComparison.Ordinal),
        ["key order"] = Small
            .Replace("{ b: 2, a: 1.0 }", "{ a: 1.0, b: 2 }", StringComparison.Ordinal)
            .Replace(
                "{ y: \"${{ context.a }}\", x: [1, 2] }",
                "{ x: [1, 2], y: \"${{ context.a }}\" }",
                StringComparison.Ordinal),
        ["layout"] = Small.Replace("{ b: 2, a: 1.0 }", "\n    b: 2\n    a: 1.0", StringComparison.Ordinal),
        ["quotes"] = Small.Replace("start: work", "start: 'work'", StringComparison.Ordinal),
        ["durations"] = Small.Replace("90m", "1h30m", StringComparison.Ordinal),
        ["defaults"] = Small.Replace(
            "start: work", "budget: { activities: 1000, time: 60m }\n  start: work", StringComparison.Ordinal),
        ["descriptions"] = Small
            .Replace("name: small", "name: small, description: x, labels: { a: b }", StringComparison.Ordinal)
            .Replace("timeout: 90m", "timeout: 90m\n      description: y", StringComparison.Ordinal),
        ["a default retry rule written out"] = Small.Replace(
            "timeout: 90m",
            "timeout: 90m\n      retry: { attempts: 3, factor: 2.0, on: [timeout, transient] }",
            StringComparison.Ordinal),
        ["documents in another order"] = string.Join("\n---\n", Small.Split("\n---\n").Reverse()),
    };

    private static readonly (string Old, string New)[] Changes =
    [
        ("name: small", "name: small, version: 1.0.0"),
        ("b: 2", "b: 3"),
        ("a: 1.0", "a: 1"),
        ("timeout: 90m", "timeout: 91m"),
        ("max_visits: 2", "max_visits: 3"),
        ("output.ok", "output.ok == true"),
        ("[1, 2]", "[2, 1]"),
        ("ok: true", "ok: false"),
        ("spec: { type: object }", "spec: { type: [object, 'null'] }"),
        ("model: offline", "model: gpt"),
        ("answer: {", "temperature: 1, answer: {"),
        ("answer: {", "limits: { rate: { calls: 60, per: 1m } }, answer: {"),
        ("start: work", "deadline: 1d\n  start: work"),
        ("start: work", "budget: { activities: 5 }\n  start: work"),
        ("start: work", "budget: { depth: 10 }\n  start: work"),
        ("start: work", "budget: { launches: 100 }\n  start: work"),
        ("start: work", "input: { type: object }\n  start: work"),
        ("timeout: 90m", "timeout: 90m\n      retry: { attempts: 2 }"),
        ("timeout: 90m", "timeout: 90m\n      catch: [ { on: [timeout], to: done } ]"),
        ("timeout: 90m", "timeout: 90m\n      save: { b: 5 }"),
        ("timeout: 90m", "timeout: 90m\n      output: true"),
    ];

    public static TheoryData<string> Spellings => [.. HashBySpelling.Keys];

    public static TheoryData<string, string> Meanings
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (old, changed) in Changes)
            {
                data.Add(old, changed);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Spellings))]
    public void How_it_is_written_leaves_the_hash_alone(string spelling) =>
        Assert.Equal(HashOf(Small), HashOf(HashBySpelling[spelling]));

    [Theory, MemberData(nameof(Meanings))]
    public void What_it_means_changes_the_hash(string old, string changed) =>
        Assert.NotEqual(HashOf(Small), HashOf(Small.Replace(old, changed, StringComparison.Ordinal)));

    [Theory]
    [InlineData("signal: approval", "signal: answer")]
    [InlineData("timeout: 24h", "timeout: 25h")]
    [InlineData("type: boolean", "type: integer")]
    [InlineData(", schema: answer", "")]
    public void What_a_wait_is_for_changes_the_hash(string old, string changed) =>
        Assert.NotEqual(HashOf(Asking), HashOf(Asking.Replace(old, changed, StringComparison.Ordinal)));

    [Fact]
    public void A_wait_for_a_signal_is_what_its_author_wrote()
    {
        var wait = Assert.IsType<State.Await>(Samples.Load(Asking, strict: true).Definitions["small"].Workflow.States["ask"]);

        Assert.Equal(("approval", TimeSpan.FromHours(24)), (wait.Signal, wait.Timeout));
        Assert.True(wait.OutputSchema!.Validate(Values.Payload.Parse("true")).IsValid);
        Assert.False(wait.OutputSchema.Validate(Values.Payload.Parse("7")).IsValid);
        Assert.Equal(HashOf(Asking), HashOf(Asking.Replace("24h", "1d", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_rate_is_what_its_author_wrote_and_how_its_time_is_spelt_leaves_the_hash_alone()
    {
        var rated = Small.Replace("answer: {", "limits: { rate: { calls: 60, per: 1m } }, answer: {", StringComparison.Ordinal);

        var agent = Samples.Load(rated, strict: true).Definitions["small"].Workflow.Agents["helper"];

        Assert.Equal(new CallRate(60, TimeSpan.FromMinutes(1)), agent.Rate);
        Assert.Equal(HashOf(rated), HashOf(rated.Replace("1m }", "60s }", StringComparison.Ordinal)));
        Assert.NotEqual(HashOf(rated), HashOf(rated.Replace("60,", "61,", StringComparison.Ordinal)));
        Assert.NotEqual(HashOf(rated), HashOf(rated.Replace("1m }", "2m }", StringComparison.Ordinal)));
    }

    [Fact]
    public void Files_leave_the_hash_alone()
    {
        var parts = Small.Split("\n---\n");

        var result = DefinitionLoader.LoadTexts(
            [.. parts.Select((p, i) => new DefinitionText($"{i}.yaml", p))], Samples.Host, LoadOptions.Lenient);

        Assert.Equal(HashOf(Small), result.Definitions["small"].Workflow.Hash);
    }

    [Fact]
    public void Json_and_yaml_have_one_hash()
    {
        const string Yaml = """
            apiVersion: orleans.agents/v1
            kind: Workflow
            metadata: { name: j }
            spec: { start: a, states: { a: { end: [1, x, null, 1.50] } } }
            """;
        const string Json = """
            {"apiVersion":"orleans.agents/v1","kind":"Workflow","metadata":{"name":"j"},
             "spec":{"start":"a","states":{"a":{"end":[1,"x",null,1.50]}}}}
            """;

        var result = DefinitionLoader.LoadTexts(
            [new DefinitionText("j.json", Json)], Samples.Host, LoadOptions.Lenient);

        Assert.Equal(HashOf(Yaml, "j"), result.Definitions["j"].Workflow.Hash);
    }

    [Fact]
    public void A_policy_and_the_default_rule_are_part_of_it()
    {
        const string Policy = """

            ---
            apiVersion: orleans.agents/v1
            kind: Policy
            metadata: { name: p }
            spec: { env: [A], files: { read: [b] } }
            """;
        var host = Samples.Host with { DefaultRetry = RetryDefaults.Shipped with { Attempts = 7 } };

        var other = DefinitionLoader.LoadTexts([new DefinitionText("a.yaml", Small)], host, LoadOptions.Lenient);

        Assert.NotEqual(HashOf(Small), HashOf(Small + Policy));
        Assert.NotEqual(HashOf(Small), other.Definitions["small"].Workflow.Hash);
        Assert.Equal(7, other.Definitions["small"].Workflow.States["work"].Retry.Attempts);
    }

    [Fact]
    public void Documents_that_nothing_refers_to_are_not_part_of_it() => Assert.Equal(
        HashOf(Small),
        HashOf(Small + "\n---\napiVersion: orleans.agents/v1\nkind: Schema\nmetadata: { name: other }\nspec: true\n"));

    [Fact]
    public void A_workflow_is_built_again_from_its_bytes_alone()
    {
        var definition = GoodDefinitionTests.LoadReport();

        var again = DefinitionClosure.Read(definition.Closure);

        Assert.Equal(definition.Workflow.Hash, again.Hash);
        Assert.Equal(DefinitionClosure.HashOf(definition.Closure.Span), again.Hash);
        Assert.Equal(definition.Workflow.States.Keys, again.States.Keys);
        Assert.Equal(definition.Workflow.States["plan"].Retry.On.ToArray(), again.States["plan"].Retry.On.ToArray());
        Assert.Equal(definition.Workflow.Agents.Keys, again.Agents.Keys);
    }

    [Fact]
    public void A_definition_that_was_stored_by_the_first_version_is_read_for_ever()
    {
        var file = Path.Combine(Samples.Folder, "Closures", "v1-report.json");
        var bytes = File.ReadAllBytes(file);

        var workflow = DefinitionClosure.Read(bytes);

        Assert.Equal("d690b2e33a78c71427544a24b6ce6acb9f3755ee6559ac9ec5bfe05936b73c23", workflow.Hash);
        Assert.Equal("report", workflow.Name);
        Assert.Equal(8, workflow.States.Count);
        Assert.IsType<State.Wait>(workflow.States["appointment"]);
        Assert.Equal(4, workflow.States["plan"].Retry.Attempts);
        Assert.Equal(2, workflow.Agents["planner"].Answers.Length);
    }

    [Fact]
    public void Today_the_same_texts_give_the_same_bytes_as_in_the_first_version() => Samples.Agree(
        Path.Combine(Samples.Folder, "Closures", "v1-report.json"),
        Encoding.UTF8.GetString(GoodDefinitionTests.LoadReport().Closure.Span));

    [Theory]
    [InlineData("", DefinitionException.Damaged)]
    [InlineData("[]", DefinitionException.Damaged)]
    [InlineData("{}", DefinitionException.Damaged)]
    [InlineData("""{"format":2,"language":1}""", DefinitionException.TooNew)]
    [InlineData("""{"format":1,"language":2}""", DefinitionException.TooNew)]
    [InlineData("""{"format":1,"language":1}""", DefinitionException.Damaged)]
    [InlineData("""{"format":1,"language":1,"schemas":{}}""", DefinitionException.Damaged)]
    public void Bytes_that_are_no_definition_are_refused(string text, string code)
    {
        var broken = Assert.Throws<DefinitionException>(() => DefinitionClosure.Read(Encoding.UTF8.GetBytes(text)));

        Assert.Equal(code, broken.Code);
    }

    [Fact]
    public void Damaged_bytes_are_refused_and_nothing_worse()
    {
        var good = GoodDefinitionTests.LoadReport().Closure.ToArray();
        var chance = new Random(7);
        var refused = 0;
        for (var i = 0; i < 2_000; i++)
        {
            var bytes = (byte[])good.Clone();
            bytes[chance.Next(bytes.Length)] = (byte)"{}[]\",:0azA$"[chance.Next(12)];
            try
            {
                Assert.NotNull(DefinitionClosure.Read(bytes).Start);
            }
            catch (DefinitionException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 500, 2_000);
    }

    [Theory]
    [InlineData(ToolEffect.None, false, ToolEffect.None)]
    [InlineData(ToolEffect.Idempotent, false, ToolEffect.None)]
    [InlineData(ToolEffect.Once, false, ToolEffect.Once)]
    [InlineData(ToolEffect.Once, true, ToolEffect.Once)]
    public void What_calling_a_tool_twice_does_is_part_of_a_definition(ToolEffect effect, bool reconciles, ToolEffect pinned)
    {
        var definition = Load(effect, reconciles);
        var call = Assert.IsType<State.ToolCall>(DefinitionClosure.Read(definition.Closure).States["tell"]);

        Assert.Equal((pinned, reconciles), (call.Effect, call.CanReconcile));
        Assert.Equal(pinned is ToolEffect.None, definition.Workflow.Hash == Load(ToolEffect.None, false).Workflow.Hash);
    }

    private static Definition Load(ToolEffect effect, bool reconciles)
    {
        var clock = Samples.Host.Tools.Single(t => t.Name == "clock") with
        {
            Effect = effect,
            Reconcile = reconciles ? (_, _) => ValueTask.FromResult<Reconciliation>(new Reconciliation.DidNotHappen()) : null,
        };
        var text = Samples.Workflow("  start: tell\n  states:\n    tell: { tool: clock, next: done }\n    done: { end: 1 }");
        var result = DefinitionLoader.LoadTexts(
            [new DefinitionText("a.yaml", text)], Samples.Host with { Tools = [clock] }, LoadOptions.Lenient);
        return result.Definitions["sample"];
    }

    private static string HashOf(string text, string name = "small")
    {
        var result = DefinitionLoader.LoadTexts(
            [new DefinitionText("a.yaml", text)], Samples.Host, LoadOptions.Lenient);
        Assert.False(result.HasErrors, string.Join('\n', Samples.Lines(result)));
        return result.Definitions[name].Workflow.Hash;
    }
}
