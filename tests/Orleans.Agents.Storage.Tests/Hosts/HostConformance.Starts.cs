using Orleans.Agents.Definitions;
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
        var other = Assert.Single(DefinitionLoader.LoadTexts(
            [new DefinitionText("other.yaml", HostWorkflows.Each.Replace("name: test", "name: other", StringComparison.Ordinal))],
            host[0].DefinitionHost,
            LoadOptions.Lenient).Definitions.Values);
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
}
