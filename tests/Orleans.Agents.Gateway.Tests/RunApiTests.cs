using System.Net;
using System.Text.Json;
using Orleans.Agents.Client.Contracts;

namespace Orleans.Agents.Gateway.Tests;

/// <summary>Runs are started, listed and looked at.</summary>
public sealed class RunApiTests
{
    private static readonly (string, string) Key = ("Idempotency-Key", "order-7");

    [Fact]
    public async Task A_run_is_started_and_its_address_said()
    {
        await using var house = await House.OpenAsync();
        var correlation = Guid.NewGuid();

        using var response = await house.PostAsync(
            "/api/v1/runs", """{"workflow":"echo","input":{"n":7}}""", ("x-correlation-id", correlation.ToString()));
        var started = await response.ReadAsync(HttpJson.Default.RunStarted, HttpStatusCode.Created);
        var facts = await house.FollowAsync(started.Run);
        var details = await house.GetAsync(response.Headers.Location!.ToString(), HttpJson.Default.RunDetails);

        Assert.True(started.IsNew);
        Assert.Equal(correlation.ToString(), response.Headers.GetValues("x-correlation-id").Single());
        Assert.Equal(correlation, details.CorrelationId);
        Assert.Equal(("succeeded", """{"n":7}""", 7), (details.Status, details.Output.ToString(), details.Input.GetProperty("n").GetInt32()));
        Assert.Equal((facts[^1].Sequence, false, "echo"), (details.Sequence, details.IsCarried, details.Workflow));
    }

    [Fact]
    public async Task A_run_goes_on_in_the_trace_of_the_request_that_starts_it()
    {
        await using var house = await House.OpenAsync();

        var run = await house.StartAsync("echo", "{}", ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
        var facts = await house.FollowAsync(run);

        var origin = facts[0].Fact.GetProperty("origin");
        Assert.StartsWith("00-4bf92f3577b34da6a3ce929d0e0e4736-", origin.GetProperty("traceparent").GetString(), StringComparison.Ordinal);
        Assert.EndsWith("-01", origin.GetProperty("traceparent").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01,00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    public async Task A_trace_that_is_none_is_passed_over(string traceparent)
    {
        await using var house = await House.OpenAsync();

        var run = await house.StartAsync("echo", "{}", ("traceparent", traceparent));
        var facts = await house.FollowAsync(run);

        Assert.False(facts[0].Fact.GetProperty("origin").TryGetProperty("traceparent", out _));
    }

    [Fact]
    public async Task The_same_key_is_the_same_run_in_the_header_and_in_the_body()
    {
        await using var house = await House.OpenAsync();
        const string Body = """{"workflow":"echo","input":{"n":7}}""";

        var first = await (await house.PostAsync("/api/v1/runs", Body, Key)).ReadAsync(
            HttpJson.Default.RunStarted, HttpStatusCode.Created);
        var again = await (await house.PostAsync("/api/v1/runs", Body, Key)).ReadAsync(HttpJson.Default.RunStarted);
        var inBody = await (await house.PostAsync(
            "/api/v1/runs", """{"key":"order-7","workflow":"echo","input":{"n":7}}""")).ReadAsync(HttpJson.Default.RunStarted);

        Assert.Equal((first.Run, false), (again.Run, again.IsNew));
        Assert.Equal((first.Run, false), (inBody.Run, inBody.IsNew));
        Assert.Equal("order-7", (await house.GetAsync($"/api/v1/runs/{first.Run}", HttpJson.Default.RunDetails)).Key);
    }

    [Fact]
    public async Task Of_many_starts_with_one_key_one_starts_the_run()
    {
        await using var house = await House.OpenAsync();

        var responses = await Task.WhenAll(Enumerable.Range(0, 32).Select(
            _ => house.PostAsync("/api/v1/runs", """{"workflow":"echo"}""", Key)));

        Assert.Single(responses, response => response.StatusCode == HttpStatusCode.Created);
        Assert.All(responses, response => Assert.True(response.IsSuccessStatusCode));
    }

    [Fact]
    public async Task One_key_for_two_things_is_refused()
    {
        await using var house = await House.OpenAsync();
        await house.StartAsync("echo", """{"n":1}""", Key);

        var other = await house.PostAsync("/api/v1/runs", """{"workflow":"echo","input":{"n":2}}""", Key);
        var both = await house.PostAsync("/api/v1/runs", """{"workflow":"echo","key":"order-8"}""", Key);
        var empty = await house.PostAsync("/api/v1/runs", """{"workflow":"echo","key":""}""");

        Assert.Equal("$.key", (await other.RefusedAsync(HttpStatusCode.Conflict, "run.key_conflict")).Place);
        await both.RefusedAsync(HttpStatusCode.BadRequest, "request.invalid");
        await empty.RefusedAsync(HttpStatusCode.BadRequest, "request.invalid");
    }

    [Fact]
    public async Task A_workflow_that_is_misspelt_is_suggested()
    {
        await using var house = await House.OpenAsync();

        var refused = await (await house.PostAsync("/api/v1/runs", """{"workflow":"ecco"}"""))
            .RefusedAsync(HttpStatusCode.NotFound, "workflow.unknown");

        Assert.Equal(("echo", "$.workflow", "/api/v1/runs"), (refused.Suggestion, refused.Place, refused.Instance));
    }

    [Theory]
    [InlineData("""{"workflow":"echo","input":{"n":"seven"}}""", 422, "input.invalid", "$.input")]
    [InlineData("""{"workflow":"echo","input":7}""", 422, "input.invalid", "$.input")]
    [InlineData("""{"workflow":"echo","run":"../../etc"}""", 422, "run.name_invalid", "$.run")]
    [InlineData("""{"workflow":"echo","run":"acme:run-1"}""", 422, "run.name_invalid", "$.run")]
    [InlineData("""{"workflow":"echo","run":"run~1.0"}""", 422, "run.name_invalid", "$.run")]
    [InlineData("""{"workflow":"echo","definition":"none"}""", 404, "workflow.unknown", "$.workflow")]
    public async Task A_start_that_cannot_be_is_refused_and_starts_nothing(string body, int status, string code, string place)
    {
        await using var house = await House.OpenAsync();

        var refused = await (await house.PostAsync("/api/v1/runs", body)).RefusedAsync((HttpStatusCode)status, code);

        Assert.Equal(place, refused.Place);
        Assert.Empty((await house.GetAsync("/api/v1/runs", HttpJson.Default.RunPage)).Runs);
    }

    [Fact]
    public async Task Numbers_pass_byte_for_byte()
    {
        await using var house = await House.OpenAsync();
        const string Input = """{"n":1,"big":12345678901234567890.000100,"e":1E+2}""";

        var run = await house.StartAsync("echo", Input);
        await house.FollowAsync(run);
        var text = await house.Client.GetStringAsync(new Uri($"/api/v1/runs/{run}", UriKind.Relative));

        Assert.Contains($"\"output\":{Input}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_are_listed_page_by_page_newest_first()
    {
        await using var house = await House.OpenAsync();
        var runs = new List<string>();
        for (var n = 0; n < 7; n++)
        {
            runs.Add(await house.StartAsync("echo", $$"""{"n":{{n}}}"""));
        }

        var listed = new List<string>();
        string? cursor = null;
        do
        {
            var after = cursor is null ? "" : $"&cursor={cursor}";
            var page = await house.GetAsync($"/api/v1/runs?limit=3{after}", HttpJson.Default.RunPage);
            Assert.InRange(page.Runs.Length, 1, 3);
            listed.AddRange(page.Runs.Select(run => run.Run));
            cursor = page.Cursor;
        }
        while (cursor is not null);

        runs.Reverse();
        Assert.Equal(runs, listed);
    }

    [Fact]
    public async Task Lists_can_be_of_one_status_workflow_parent_and_time()
    {
        await using var house = await House.OpenAsync();
        var parent = await house.StartAsync("parent");
        await house.FollowAsync(parent);
        var held = await house.StartAsync("held");
        var since = Uri.EscapeDataString(DateTimeOffset.UtcNow.AddHours(-1).ToString("O"));

        async Task<IEnumerable<string>> ListAsync(string query) =>
            (await house.GetAsync($"/api/v1/runs?{query}", HttpJson.Default.RunPage)).Runs.Select(run => run.Run);

        Assert.Equal([held], await ListAsync("status=running"));
        Assert.Equal([held], await ListAsync("workflow=held"));
        Assert.Equal([$"{parent}~1.1", $"{parent}~1.0"], await ListAsync($"parent={parent}"));
        Assert.Equal(4, (await ListAsync($"started_from={since}")).Count());
        Assert.Empty(await ListAsync($"started_before={since}"));
    }

    [Theory]
    [InlineData("status=runing", "status", "running")]
    [InlineData("limit=0", "limit", null)]
    [InlineData("limit=5000", "limit", null)]
    [InlineData("cursor=..%2F..", "cursor", null)]
    [InlineData("limit=many", null, null)]
    [InlineData("started_from=yesterday", null, null)]
    public async Task A_query_that_makes_no_sense_is_explained(string query, string? place, string? suggestion)
    {
        await using var house = await House.OpenAsync();

        var refused = await (await house.GetAsync($"/api/v1/runs?{query}"))
            .RefusedAsync(HttpStatusCode.BadRequest, "request.invalid");

        Assert.Equal((place, suggestion), (refused.Place, refused.Suggestion));
    }

    [Fact]
    public async Task A_tree_shows_what_a_run_started_as_far_as_it_is_asked_to()
    {
        await using var house = await House.OpenAsync();
        var parent = await house.StartAsync("parent");
        await house.FollowAsync(parent);

        var tree = await house.GetAsync($"/api/v1/runs/{parent}/tree", HttpJson.Default.RunTree);
        var part = await house.GetAsync($"/api/v1/runs/{parent}/tree?limit=2", HttpJson.Default.RunTree);

        Assert.Equal([$"{parent}~1.0", $"{parent}~1.1"], tree.Children!.Value.Select(child => child.Run));
        Assert.Null(tree.HasMore);
        Assert.Equal((1, true), (part.Children!.Value.Length, part.HasMore));
        Assert.Equal([1L, 1L], tree.Children.Value.Select(child => child.Books!.Activities.Settled));
        Assert.Equal(4, tree.Books!.Activities.Settled); // to start a child run is an activity too
        Assert.Equal(parent, (await house.GetAsync($"/api/v1/runs/{parent}~1.0", HttpJson.Default.RunDetails)).Parent);
    }

    [Theory]
    [InlineData("run-none")]
    [InlineData("..%2f..%2fetc%2fpasswd")]
    [InlineData("RUN-1")]
    [InlineData("a%20b")]
    public async Task A_run_that_nobody_knows_is_not_found_whatever_is_asked_of_it(string run)
    {
        await using var house = await House.OpenAsync();

        foreach (var path in (string[])["", "/tree", "/events"])
        {
            await (await house.GetAsync($"/api/v1/runs/{run}{path}")).RefusedAsync(HttpStatusCode.NotFound, "run.unknown");
        }

        foreach (var path in (string[])["/cancel", "/resume"])
        {
            await (await house.PostAsync($"/api/v1/runs/{run}{path}", "{}")).RefusedAsync(HttpStatusCode.NotFound, "run.unknown");
        }
    }

    [Fact]
    public async Task A_failed_run_says_why()
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("held");
        await house.Gate.Reached;
        using var cancelled = await house.PostAsync($"/api/v1/runs/{run}/cancel", """{"reason":"not needed"}""");
        await house.FollowAsync(run);

        var details = await house.GetAsync($"/api/v1/runs/{run}", HttpJson.Default.RunDetails);

        Assert.Equal(("failed", "run.cancelled", "cancelled"), (details.Status, details.Failure?.Code, details.Failure?.Class));
        Assert.Null(details.Output);
        Assert.Equal(JsonValueKind.Object, details.Input.ValueKind);
    }
}
