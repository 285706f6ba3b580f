using System.Net;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Gateway.Tests;

/// <summary>The events of runs, page by page and as they happen.</summary>
public sealed class EventApiTests
{
    [Fact]
    public async Task Events_come_as_they_happen_and_end_with_the_run()
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("held");
        await using var stream = await house.OpenStreamAsync(run);
        RunFact fact;
        do
        {
            fact = await stream.NextAsync() ?? throw new EndOfStreamException();
        }
        while (fact is not { Type: "state.entered" } || fact.Fact.GetProperty("state").GetString() != "second");

        house.Gate.Open();
        var rest = await stream.ReadToEndAsync();

        Assert.Equal(fact.Sequence + 1, rest[0].Sequence);
        Assert.Equal("run.succeeded", rest[^1].Type);
        Assert.Equal("[1,2]", rest[^1].Fact.GetProperty("output").GetRawText());
    }

    [Fact]
    public async Task A_stream_of_a_run_that_is_over_is_all_of_it()
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("echo", """{"n":1}""");
        var facts = await house.FollowAsync(run);

        var again = await house.FollowAsync(run);

        Assert.Equal(Enumerable.Range(1, facts.Count).Select(n => (long)n), again.Select(f => f.Sequence));
        Assert.Equal(("run.started", true), (facts[0].Type, facts[^1].IsEnd));
    }

    [Fact]
    public async Task A_follower_that_comes_back_gets_what_it_has_not_seen_and_no_more()
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("each", $"[{string.Join(',', Enumerable.Range(0, 200))}]");
        await house.Gate.Reached;
        house.Gate.Open();
        var seen = new List<long>();
        bool hasEnded;
        do
        {
            // Goes away after a few events, again and again.
            hasEnded = true;
            await using var stream = await house.OpenStreamAsync(run, seen.LastOrDefault());
            while (await stream.NextAsync() is { } fact)
            {
                seen.Add(fact.Sequence);
                if (!fact.IsEnd && seen.Count % 7 == 0)
                {
                    hasEnded = false;
                    break;
                }
            }
        }
        while (!hasEnded);

        Assert.Equal(Enumerable.Range(1, seen.Count).Select(n => (long)n), seen);
        Assert.True(seen.Count > 200);
        using var response = await house.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, $"/api/v1/runs/{run}/events"),
            ("accept", "text/event-stream"),
            ("Last-Event-ID", $"{seen[^1]}"));
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Fact]
    public async Task A_run_that_another_process_carries_can_be_followed_here()
    {
        var database = new MemoryDatabase();
        await using var there = await House.OpenAsync(database: database);
        await using var here = await House.OpenAsync(database: database);
        var run = await there.StartAsync("held");
        await there.Gate.Reached;

        var following = here.FollowAsync(run);
        Assert.NotNull(await here.Engine.LookUpAsync(new(run)));
        there.Gate.Open();
        var facts = await following;

        Assert.Equal("run.succeeded", facts[^1].Type);
        Assert.Equal(Enumerable.Range(1, facts.Count).Select(n => (long)n), facts.Select(f => f.Sequence));
    }

    [Fact]
    public async Task Many_who_follow_one_run_all_see_all_of_it()
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("each", "[1,2,3,4,5]");
        await house.Gate.Reached;
        var following = Enumerable.Range(0, 50).Select(_ => house.FollowAsync(run)).ToList();
        house.Gate.Open();

        var all = await Task.WhenAll(following);

        Assert.All(all, facts => Assert.Equal(Enumerable.Range(1, all[0].Count).Select(n => (long)n), facts.Select(f => f.Sequence)));
        Assert.All(all, facts => Assert.True(facts[^1].IsEnd));
    }

    [Fact]
    public async Task Ten_thousand_followers_see_the_end()
    {
        await using var house = await House.OpenAsync(isInMemory: true);
        var run = await house.StartAsync("held");
        await house.Gate.Reached;
        var streams = new List<EventReader>();
        foreach (var some in Enumerable.Range(0, 10_000).Chunk(100))
        {
            streams.AddRange(await Task.WhenAll(some.Select(_ => house.OpenStreamAsync(run))));
        }

        house.Gate.Open();
        var all = await Task.WhenAll(streams.Select(stream => stream.ReadToEndAsync()));

        Assert.All(all, facts => Assert.True(facts[^1].IsEnd && facts[^1].Sequence == facts.Count));
        foreach (var stream in streams)
        {
            await stream.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_follower_that_does_not_read_misses_nothing_when_it_does()
    {
        await using var house = await House.OpenAsync(isInMemory: true);
        var run = await house.StartAsync("each", $"[{string.Join(',', Enumerable.Range(0, 2_000))}]");
        await house.Gate.Reached;
        await using var slow = await house.OpenStreamAsync(run);
        await using var quick = await house.OpenStreamAsync(run);

        house.Gate.Open();
        var all = await quick.ReadToEndAsync();
        var late = await slow.ReadToEndAsync();

        Assert.Equal(Enumerable.Range(1, all.Count).Select(n => (long)n), all.Select(f => f.Sequence));
        Assert.Equal(all.Select(f => f.Sequence), late.Select(f => f.Sequence));
    }

    [Fact]
    public async Task When_nothing_happens_a_stream_says_so()
    {
        await using var house = await House.OpenAsync(options =>
            (options.HeartbeatInterval, options.FollowInterval) = (TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(10)));
        var run = await house.StartAsync("held");
        await house.Gate.Reached;
        await using var stream = await house.OpenStreamAsync(run);

        await stream.UntilBeatAsync();

        Assert.True(stream.Beats > 0);
    }

    [Fact]
    public async Task There_are_as_many_streams_as_are_allowed_and_a_place_is_free_again_when_one_leaves()
    {
        await using var house = await House.OpenAsync(options => options.MaxFollowers = 1);
        var run = await house.StartAsync("held");
        await house.Gate.Reached;
        var first = await house.OpenStreamAsync(run);

        using var second = await house.GetAsync($"/api/v1/runs/{run}/events", ("accept", "text/event-stream"));
        Assert.NotNull(second.Headers.RetryAfter);
        await second.RefusedAsync(HttpStatusCode.ServiceUnavailable, "followers.too_many");
        using var page = await house.GetAsync($"/api/v1/runs/{run}/events");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);

        await first.DisposeAsync();
        house.Gate.Open();
        HttpStatusCode status;
        do
        {
            using var third = await house.GetAsync($"/api/v1/runs/{run}/events", ("accept", "text/event-stream"));
            status = third.StatusCode;
        }
        while (status == HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task A_gateway_that_stops_ends_its_streams_at_once()
    {
        var house = await House.OpenAsync();
        var run = await house.StartAsync("held");
        await house.Gate.Reached;
        await using var stream = await house.OpenStreamAsync(run);
        await stream.NextAsync();

        await house.Application.StopAsync().WaitAsync(House.Patience);

        Assert.DoesNotContain(await stream.ReadToEndAsync(), fact => fact.IsEnd);
        await house.Application.DisposeAsync();
    }

    [Fact]
    public async Task Events_are_read_page_by_page()
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("each", "[1,2,3,4,5]");
        await house.Gate.Reached;
        house.Gate.Open();
        var all = await house.FollowAsync(run);
        var read = new List<RunFact>();
        FactPage page;
        do
        {
            page = await house.GetAsync(
                $"/api/v1/runs/{run}/events?limit=2&after={read.LastOrDefault()?.Sequence ?? 0}", HttpJson.Default.FactPage);
            Assert.NotEmpty(page.Events);
            read.AddRange(page.Events);
            Assert.Equal(read[^1].Sequence, page.Next);
        }
        while (!page.HasEnded);

        Assert.Equal(all.Select(f => f.Fact.GetRawText()), read.Select(f => f.Fact.GetRawText()));
        Assert.Empty((await house.GetAsync($"/api/v1/runs/{run}/events?after={page.Next}", HttpJson.Default.FactPage)).Events);
    }

    [Theory]
    [InlineData("?after=-1", null)]
    [InlineData("?limit=0", null)]
    [InlineData("", "seven")]
    [InlineData("", "-1")]
    public async Task A_place_that_makes_no_sense_is_explained(string query, string? lastEvent)
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("echo");

        var response = lastEvent is null
            ? await house.GetAsync($"/api/v1/runs/{run}/events{query}")
            : await house.GetAsync($"/api/v1/runs/{run}/events", ("accept", "text/event-stream"), ("Last-Event-ID", lastEvent));

        await response.RefusedAsync(HttpStatusCode.BadRequest, "request.invalid");
    }
}
