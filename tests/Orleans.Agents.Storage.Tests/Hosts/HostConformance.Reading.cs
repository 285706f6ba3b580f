using System.Text.Json;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;
using Orleans.Agents.Values;

namespace Orleans.Agents.Storage.Tests.Hosts;

/// <content>What is known of runs at either place.</content>
public abstract partial class HostConformance
{
    [Fact]
    public async Task The_facts_of_a_run_are_read_at_either_place_from_any_version_on()
    {
        await using var host = await OpenAsync(HostWorkflows.AskAndCount);
        Model.Answers("thinker", """{"thought":"x"}""");
        var run = await StartAsync(host[0], """{"n":1}""");
        await EndAsync(host[0], run);

        var here = await host[0].ReadEventsAsync(run);
        var there = await host[1].ReadEventsAsync(run);
        var rest = await host[1].ReadEventsAsync(run, here[0].Version);

        Assert.Equal(here.Select(a => a.Version), there.Select(a => a.Version));
        Assert.Equal(here.Skip(1).Select(a => a.Version), rest.Select(a => a.Version));
        Assert.IsType<RunEvent.Started>(here[0].Events[0]);
    }

    [Fact]
    public async Task The_facts_of_many_runs_are_read_as_they_are_stored()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);
        var runs = new List<RunId> { await StartAsync(host[0], "[1]"), await StartAsync(host[1], "[]") };
        foreach (var run in runs)
        {
            await EndAsync(host[0], run);
        }

        var news = await host[1].ReadFactsAsync([new(runs[0], 0), new(runs[1], 1), new(new RunId("none"), 0)], 100);
        var (first, second) = (news.Single(n => n.Run == runs[0]).Facts, news.Single(n => n.Run == runs[1]).Facts);
        var all = (await host[0].ReadEventsAsync(runs[0])).SelectMany(append => append.Events).ToList();

        Assert.Equal(2, news.Length);
        Assert.Equal(Enumerable.Range(1, all.Count).Select(n => (long)n), first.Select(fact => fact.Version));
        Assert.Equal(("run.started", true), (first[0].Type, first[^1].IsEnd));
        Assert.Equal(2, second[0].Version);
        Assert.Equal(
            all.Select(fact => JsonSerializer.Serialize(fact, RunJson.Default.RunEvent)),
            first.Select(fact => JsonSerializer.Serialize(
                JsonSerializer.Deserialize(fact.Json.Span, RunJson.Default.RunEvent), RunJson.Default.RunEvent)));
        Assert.Equal(3, Assert.Single(await host[0].ReadFactsAsync([new(runs[0], 2)], 1)).Facts[0].Version);
        Assert.Empty(await host[0].ReadFactsAsync([new(runs[0], all.Count)], 100));
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_at_either_place()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);
        var first = await StartAsync(host[0], "[]");
        var second = await StartAsync(host[1], "[]");

        Assert.Equal([second, first], (await host[0].ListAsync(new RunQuery())).Select(r => r.Id));
    }

    [Fact]
    public async Task Waiting_for_a_run_nobody_knows_is_an_error()
    {
        await using var host = await OpenAsync(HostWorkflows.Each);

        await Assert.ThrowsAsync<KeyNotFoundException>(() => EndAsync(host[0], new RunId("run-none")));
        Assert.Null(await host[0].FindAsync(new RunId("run-none")));
    }

    [Fact]
    public async Task A_run_keeps_the_trace_of_whoever_starts_it_and_hands_it_to_its_children()
    {
        await using var host = await OpenAsync(HostWorkflows.CalledBelow);

        var started = await host[0].StartRunAsync(
            new StartRequest("test", Payload.EmptyObject, Traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
        var run = Assert.IsType<StartResult.Started>(started).Run;
        await EndAsync(host[1], run);

        var child = Assert.Single(await host[1].ListChildrenAsync(run, null, 10));
        foreach (var one in (RunId[])[run, child.Id])
        {
            var origin = (await host[1].FindAsync(one))!.State.Origin!;
            Assert.StartsWith("00-4bf92f3577b34da6a3ce929d0e0e4736-", origin.Traceparent, StringComparison.Ordinal);
        }
    }
}
