using System.Text.Json;
using Orleans.Agents.Client;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Gateway.Access;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Gateway.Tests;

/// <summary>The typed client, against the gateway it is for.</summary>
public sealed class ClientTests
{
    private static readonly AgentsClientOptions Quick = new() { Pause = TimeSpan.FromMilliseconds(1) };

    [Fact]
    public async Task A_run_is_started_followed_looked_at_and_listed()
    {
        await using var house = await House.OpenAsync();
        var agents = new AgentsClient(house.Client, Quick);

        var started = await agents.StartAsync(new StartRun("parent"));
        var facts = await agents.FollowAsync(started.Run).ToListAsync();
        var details = await agents.GetAsync(started.Run);
        var children = await agents.ListAsync(new RunListQuery(Status: "succeeded", Parent: started.Run, StartedFrom: DateTimeOffset.UtcNow.AddHours(-1)));

        Assert.True(started.IsNew && facts[^1].IsEnd);
        Assert.Equal(Enumerable.Range(1, facts.Count).Select(n => (long)n), facts.Select(f => f.Sequence));
        Assert.Equal(("succeeded", facts.Count), (details.Status, (int)details.Sequence));
        Assert.Equal(2, children.Runs.Length);
        Assert.Equal(2, (await agents.GetTreeAsync(started.Run)).Children!.Value.Length);
        Assert.Equal(3, (await agents.ReadEventsAsync(started.Run, after: 2, limit: 1)).Events[0].Sequence);
        Assert.Empty(await agents.FollowAsync(started.Run, facts.Count).ToListAsync());
    }

    [Fact]
    public async Task A_run_is_controlled()
    {
        await using var house = await House.OpenAsync();
        var agents = new AgentsClient(house.Client, Quick);
        var run = (await agents.StartAsync(new StartRun("held"))).Run;
        await house.Gate.Reached;

        Assert.True((await agents.SuspendAsync(run, "wait")).IsNew);
        Assert.True((await agents.ResumeAsync(run)).IsCarried);
        var fork = await agents.ForkAsync(run, new ForkRun((await agents.ReadEventsAsync(run)).Next));
        Assert.True((await agents.CancelAsync(run, "not needed")).IsNew);
        var refused = await Assert.ThrowsAsync<AgentsApiException>(
            () => agents.DecideAsync(fork.Run, new DecideCall("9/0", "retry")));

        Assert.Equal("run.failed", (await agents.FollowAsync(run).ToListAsync())[^1].Type);
        Assert.Equal("activity.unknown", refused.Problem.Code);
    }

    [Fact]
    public async Task A_fork_whose_answer_is_lost_is_asked_for_again_and_begun_once_with_a_key_or_without()
    {
        await using var house = await House.OpenAsync();
        using var http = new HttpClient(new Losing(2)) { BaseAddress = house.Address };
        var run = (await new AgentsClient(house.Client, Quick).StartAsync(new StartRun("held"))).Run;
        await house.Gate.Reached;
        var fork = new ForkRun((await new AgentsClient(house.Client, Quick).ReadEventsAsync(run)).Next);

        var lost = await new AgentsClient(http, Quick).ForkAsync(run, fork);
        var keyed = await new AgentsClient(house.Client, Quick).ForkAsync(run, fork with { Key = "f-1" });
        var again = await new AgentsClient(house.Client, Quick).ForkAsync(run, fork with { Key = "f-1" });

        Assert.Equal((false, true, false), (lost.IsNew, keyed.IsNew, again.IsNew));
        Assert.Equal(keyed.Run, again.Run);
        Assert.Equal(3, (await new AgentsClient(house.Client, Quick).ListAsync(new RunListQuery())).Runs.Length);
    }

    [Fact]
    public async Task A_signal_whose_answer_is_lost_is_sent_again_and_comes_once()
    {
        await using var house = await House.OpenAsync();
        using var http = new HttpClient(new Losing(2)) { BaseAddress = house.Address };
        var run = (await new AgentsClient(house.Client, Quick).StartAsync(new StartRun("asked"))).Run;

        var lost = await new AgentsClient(http, Quick).SignalAsync(run, new SignalRun("news", JsonElement.Parse("7")));
        var named = await new AgentsClient(house.Client, Quick).SignalAsync(run, new SignalRun("approval", JsonElement.Parse("{\"ok\":true}"), "mail-1"));
        var facts = await new AgentsClient(house.Client, Quick).FollowAsync(run).ToListAsync();

        Assert.Equal((run, "news", false), (lost.Run, lost.Signal, lost.IsNew));
        Assert.Equal((run, "approval", "mail-1", true), (named.Run, named.Signal, named.Id, named.IsNew));
        Assert.Equal([lost.Id, "mail-1"], facts.Where(f => f.Type == "signal.received").Select(f => f.Fact.GetProperty("id").GetString()).Order());
    }

    [Fact]
    public async Task Definitions_are_checked_published_and_run()
    {
        await using var house = await House.OpenAsync(options => options.AdminTokenHash = Tenant.HashOf("secret"));
        house.Client.DefaultRequestHeaders.Add("x-admin-token", "secret");
        var agents = new AgentsClient(house.Client, Quick);
        var files = new DefinitionFiles([new DefinitionFile("w.yaml", Workflows.Published)]);

        var hash = Assert.Single((await agents.ValidateAsync(files)).Workflows).Definition;
        Assert.Equal(hash, Assert.Single((await agents.PublishAsync(files)).Workflows).Definition);

        Assert.Equal("published", (await agents.GetDefinitionAsync(hash)).Workflow);
        Assert.Equal(hash, (await agents.ListWorkflowsAsync()).Definitions!.Value.Single(one => one.Workflow == "published").Definition);
        Assert.True((await agents.StartAsync(new StartRun("published", Definition: hash))).IsNew);
        Assert.True((await agents.StartAsync(new StartRun("published"))).IsNew);
    }

    [Fact]
    public async Task A_start_whose_answer_is_lost_is_made_again_and_starts_one_run()
    {
        await using var house = await House.OpenAsync();
        using var http = new HttpClient(new Losing(3)) { BaseAddress = house.Address };
        var agents = new AgentsClient(http, Quick);

        var started = await agents.StartAsync(new StartRun("echo"));

        Assert.False(started.IsNew);
        Assert.Equal(started.Run, Assert.Single((await agents.ListAsync(new RunListQuery())).Runs).Run);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_asked_for_again()
    {
        await using var house = await House.OpenAsync();
        using var http = new HttpClient(new BreakingOff(2)) { BaseAddress = house.Address };

        var started = await new AgentsClient(http, Quick).StartAsync(new StartRun("echo"));

        Assert.False(started.IsNew);
    }

    [Fact]
    public async Task A_stream_that_ends_with_its_process_goes_on_at_another_without_gap_or_repeat()
    {
        var database = new MemoryDatabase();
        await using var there = await House.OpenAsync(database: database);
        var here = await House.OpenAsync(database: database);
        var run = (await new AgentsClient(there.Client, Quick).StartAsync(new StartRun("held"))).Run;
        await there.Gate.Reached;
        using var http = new HttpClient(new Redirecting(here.Address, there.Address)) { BaseAddress = here.Address };
        var seen = new List<long>();

        await foreach (var fact in new AgentsClient(http, Quick).FollowAsync(run))
        {
            seen.Add(fact.Sequence);
            if (fact.Sequence == 2)
            {
                await here.DisposeAsync();
                there.Gate.Open();
            }
        }

        Assert.Equal(Enumerable.Range(1, seen.Count).Select(n => (long)n), seen);
    }

    /// <summary>Loses the first answers, after the gateway has given them.</summary>
    private sealed class Losing(int count) : DelegatingHandler(new HttpClientHandler())
    {
        private int left = count;

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            return left-- <= 0 ? response : throw new HttpRequestException("The answer is lost.");
        }
    }

    /// <summary>Gives only the beginning of the first answers, as a process does that is killed while it answers.</summary>
    private sealed class BreakingOff(int count) : DelegatingHandler(new HttpClientHandler())
    {
        private int left = count;

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (left-- > 0)
            {
                response.Content = new StreamContent(new BrokenStream());
            }

            return response;
        }
    }

    /// <summary>A connection that is gone after one byte.</summary>
    private sealed class BrokenStream() : MemoryStream("{"u8.ToArray())
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position < Length ? base.ReadAsync(buffer, cancellationToken) : throw new IOException("The connection is gone.");

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) =>
            throw new IOException("The connection is gone.");
    }

    /// <summary>A balancer: the first request goes to one process, all others to another.</summary>
    private sealed class Redirecting(Uri first, Uri others) : DelegatingHandler(new HttpClientHandler())
    {
        private int count;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var address = count++ == 0 ? first : others;
            request.RequestUri = new Uri(address, request.RequestUri!.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
