using Orleans.Agents.Definitions;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Storage.Tests.Hosts;

/// <content>Starts: by a key, by a name, by a hash, and those that cannot be.</content>
public abstract partial class HostConformance
{
    [Fact]
    public async Task Of_many_starts_with_one_key_at_both_places_one_starts_the_run()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);

        var starts = await Task.WhenAll(Enumerable.Range(0, 32).Select(i =>
            host[i % 2].StartRunAsync(new StartRequest("test", Payload.Parse("[]"), "order-1"))));

        Assert.Single(starts.Cast<StartResult.Started>(), s => s.IsNew);
        Assert.Single(starts.Cast<StartResult.Started>().Select(s => s.Run).Distinct());
    }

    [Fact]
    public async Task Of_many_starts_under_one_name_at_both_places_one_starts_the_run()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);

        var starts = await Task.WhenAll(Enumerable.Range(0, 32).Select(i =>
            host[i % 2].StartRunAsync(new StartRequest("test", Payload.Parse("[]"), Run: new RunId("mine")))));

        Assert.Single(starts.Cast<StartResult.Started>(), s => s.IsNew);
    }

    [Theory]
    [InlineData("none", "{}", "run-x", "workflow.unknown")]
    [InlineData("test", "7", "run-x", "input.invalid")]
    [InlineData("test", "{}", "../run", "run.name_invalid")]
    [InlineData("test", "{}", "", "run.name_invalid")]
    public async Task A_start_that_cannot_be_is_refused_and_starts_nothing(
        string workflow, string input, string name, string code)
    {
        await using var host = await OpenAsync(HostWorkflows.AskAndCount);

        var refused = await host[0].StartRunAsync(
            new StartRequest(workflow, Payload.Parse(input), Run: new RunId(name)));

        Assert.Equal(code, Assert.IsType<StartResult.Refused>(refused).Failure.Code);
        Assert.Empty(await host[1].ListAsync(new RunQuery()));
    }

    [Fact]
    public async Task One_key_for_two_things_is_refused_at_the_other_place_too()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);
        await StartAsync(host[0], "[1]", "order-1");

        var refused = await host[1].StartRunAsync(new StartRequest("test", Payload.Parse("[2]"), "order-1"));

        Assert.Equal("run.key_conflict", Assert.IsType<StartResult.Refused>(refused).Failure.Code);
    }

    [Fact]
    public async Task A_run_can_be_started_from_a_definition_that_is_kept_under_its_hash()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);
        var other = Loaded(host[0], HostWorkflows.Each.Replace("name: test", "name: other", StringComparison.Ordinal));
        var hash = other.Workflow.Hash;
        var request = new StartRequest("other", Payload.Parse("[1]"), Hash: hash);
        Assert.Equal("workflow.unknown", Assert.IsType<StartResult.Refused>(await host[1].StartRunAsync(request)).Failure.Code);

        await host[0].KeepAsync(other);

        var started = Assert.IsType<StartResult.Started>(await host[1].StartRunAsync(request));
        Assert.Equal("[1]", (await EndAsync(host[0], started.Run)).Output.ToString());
        Assert.Equal(hash, (await host[0].LookUpAsync(started.Run))!.Hash);
        Assert.Equal(hash, DefinitionClosure.HashOf((await host[1].FindDefinitionAsync(hash))!.Value.Span));
        Assert.Null(await host[1].FindDefinitionAsync("none"));
        var named = await host[1].StartRunAsync(request with { Workflow = "test" });
        Assert.Equal("workflow.unknown", Assert.IsType<StartResult.Refused>(named).Failure.Code);
    }

    [Fact]
    public async Task A_published_name_is_started_at_every_place_at_once_and_what_was_published_last_counts()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);
        var (first, second) = (Loaded(host[0], Said("first", "1.0.0")), Loaded(host[0], Said("second", null)));
        Assert.Equal("workflow.unknown", await RefusedAsync(host[1], "said"));

        Assert.Empty(await host[0].PublishEverywhereAsync([first]));
        Assert.Equal("\"first\"", await SaidAsync(host, "said"));
        Assert.Empty(await host[1].PublishEverywhereAsync([second]));
        Assert.Equal("\"second\"", await SaidAsync(host, "said"));
        Assert.Empty(await host[1].PublishEverywhereAsync([first]));
        Assert.Equal("\"first\"", await SaidAsync(host, "said"));

        foreach (var place in (int[])[0, 1])
        {
            var offered = await host[place].ListWorkflowsAsync();
            Assert.Equal(["said", "test"], offered.Select(one => one.Workflow));
            Assert.Equal((first.Workflow.Hash, "1.0.0"), (offered[0].Hash, offered[0].Version));
            Assert.NotNull(offered[0].PublishedAt);
            Assert.Null(offered[1].PublishedAt);
        }
    }

    [Fact]
    public async Task A_name_that_a_place_was_given_stays_as_it_is_and_who_publishes_it_is_told()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);
        var (own, free) = (Loaded(host[0], Said("other", null, "test")), Loaded(host[0], Said("free", null)));

        Assert.Equal("test", Assert.Single(await host[0].PublishEverywhereAsync([own, free])));

        Assert.Equal("\"free\"", await SaidAsync(host, "said"));
        Assert.Equal("[1]", (await EndAsync(host[0], await StartAsync(host[1], "[1]"))).Output.ToString());
        Assert.Null((await host[1].ListWorkflowsAsync()).Single(one => one.Workflow == "test").PublishedAt);
        var kept = await host[1].StartRunAsync(new StartRequest("test", Payload.Parse("[1]"), Hash: own.Workflow.Hash));
        Assert.Equal("\"other\"", (await EndAsync(host[0], Assert.IsType<StartResult.Started>(kept).Run)).Output.ToString());
        var same = Loaded(host[0], HostWorkflows.Each);
        Assert.Empty(await host[0].PublishEverywhereAsync([same]));
    }

    [Fact]
    public async Task What_a_published_workflow_calls_is_what_it_was_published_with()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);
        var caller = Loaded(host[0], Calling + "\n---\n" + Said("then", null), "caller");
        Assert.Empty(await host[0].PublishEverywhereAsync([caller]));
        Assert.Equal("workflow.unknown", await RefusedAsync(host[1], "said"));
        Assert.Empty(await host[0].PublishEverywhereAsync([Loaded(host[0], Said("now", null))]));

        Assert.Equal("\"now\"", await SaidAsync(host, "said"));
        Assert.Equal("\"then\"", await SaidAsync(host, "caller"));
    }

    private const string Calling = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: caller }
        spec:
          start: ask
          states:
            ask: { workflow: said, input: {}, save: { told: "${{ output }}" }, next: done }
            done: { end: "${{ context.told }}" }
        """;

    private static string Said(string what, string? version, string name = "said") => $$"""
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: {{name}}{{(version is null ? "" : $", version: {version}")}} }
        spec:
          start: done
          states:
            done: { end: {{what}} }
        """;

    private static Definition Loaded(IAgents agents, string yaml, string? name = null)
    {
        var loaded = DefinitionLoader.LoadTexts([new DefinitionText("w.yaml", yaml)], agents.DefinitionHost, LoadOptions.Lenient);
        return name is null ? Assert.Single(loaded.Definitions.Values) : loaded.Definitions[name];
    }

    private static async Task<string> RefusedAsync(IAgents agents, string workflow) => Assert.IsType<StartResult.Refused>(
        await agents.StartRunAsync(new StartRequest(workflow, Payload.EmptyObject))).Failure.Code;

    // What both places say, which is the same.
    private static async Task<string> SaidAsync(IHostUnderTest host, string workflow)
    {
        var said = new List<string>();
        foreach (var place in (int[])[0, 1])
        {
            var started = await host[place].StartRunAsync(new StartRequest(workflow, Payload.EmptyObject));
            said.Add((await EndAsync(host[1 - place], Assert.IsType<StartResult.Started>(started).Run)).Output.ToString()!);
        }

        return Assert.Single(said.Distinct());
    }
}
