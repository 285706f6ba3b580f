using System.Net;
using Orleans.Agents.Client.Contracts;

namespace Orleans.Agents.Gateway.Tests;

/// <summary>What is asked of runs that exist.</summary>
public sealed class ControlApiTests
{
    [Fact]
    public async Task A_run_is_cancelled_and_asking_again_is_a_repetition()
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("held");
        await house.Gate.Reached;
        var cancel = $"/api/v1/runs/{run}/cancel";

        var first = await (await house.PostAsync(cancel, "{}", ("Idempotency-Key", "c-1"))).ReadAsync(
            HttpJson.Default.RunAsked, HttpStatusCode.Accepted);
        var facts = await house.FollowAsync(run);
        var again = await (await house.PostAsync(cancel, """{"request_id":"c-1"}""")).ReadAsync(
            HttpJson.Default.RunAsked, HttpStatusCode.Accepted);

        Assert.Equal((true, false), (first.IsNew, again.IsNew));
        Assert.Equal("run.failed", facts[^1].Type);
        await (await house.PostAsync(cancel, "{}")).RefusedAsync(HttpStatusCode.Conflict, "run.over");
    }

    [Fact]
    public async Task Cancelling_needs_no_body()
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("held");
        await house.Gate.Reached;

        using var response = await house.Client.PostAsync(new Uri($"/api/v1/runs/{run}/cancel", UriKind.Relative), null);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    [Fact]
    public async Task A_run_is_suspended_shown_with_why_and_goes_on_when_it_is_resumed()
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("held");
        await house.Gate.Reached;
        var suspend = $"/api/v1/runs/{run}/suspend";

        var first = await (await house.PostAsync(suspend, """{"reason":"wait"}""", ("Idempotency-Key", "s-1"))).ReadAsync(
            HttpJson.Default.RunAsked, HttpStatusCode.Accepted);
        var again = await (await house.PostAsync(suspend, """{"request_id":"s-1"}""")).ReadAsync(
            HttpJson.Default.RunAsked, HttpStatusCode.Accepted);
        await using (var stream = await house.OpenStreamAsync(run))
        {
            while (await stream.NextAsync() is { Type: not "run.suspended" })
            {
            }
        }

        var details = await house.GetAsync($"/api/v1/runs/{run}", HttpJson.Default.RunDetails);
        var listed = await house.GetAsync("/api/v1/runs?status=suspended", HttpJson.Default.RunPage);

        Assert.Equal((true, false), (first.IsNew, again.IsNew));
        Assert.Equal(("suspended", "wait", null), (details.Status, details.Suspended!.Reason, details.Suspended.Parent));
        Assert.Equal((run, "suspended"), (Assert.Single(listed.Runs).Run, listed.Runs[0].Status));
        house.Gate.Open();
        await (await house.PostAsync($"/api/v1/runs/{run}/resume", "")).ReadAsync(HttpJson.Default.RunResumed);
        Assert.Equal("run.succeeded", (await house.FollowAsync(run))[^1].Type);
        await (await house.PostAsync(suspend, "{}")).RefusedAsync(HttpStatusCode.Conflict, "run.over");
        await (await house.PostAsync("/api/v1/runs/none/suspend", "{}")).RefusedAsync(HttpStatusCode.NotFound, "run.unknown");
    }

    [Fact]
    public async Task Resuming_a_run_that_is_carried_or_over_does_nothing()
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("held");
        await house.Gate.Reached;

        var carried = await (await house.PostAsync($"/api/v1/runs/{run}/resume", "")).ReadAsync(HttpJson.Default.RunResumed);
        house.Gate.Open();
        await house.FollowAsync(run);
        var over = await (await house.PostAsync($"/api/v1/runs/{run}/resume", "")).ReadAsync(HttpJson.Default.RunResumed);

        Assert.True(carried.IsCarried);
        Assert.False(over.IsCarried);
    }

    [Fact]
    public async Task A_call_of_which_nobody_knows_is_decided_once()
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("once");
        var undecided = await UndecidedAsync(house, run);
        var decide = $"/api/v1/runs/{run}/decide";
        var body = $$$"""{"activity":"{{{undecided.Activity}}}","verdict":"accept","output":{"paid":true}}""";

        var first = await (await house.PostAsync(decide, body)).ReadAsync(HttpJson.Default.CallDecided);
        var facts = await house.FollowAsync(run);

        Assert.Equal((true, undecided.Activity, undecided.Attempt), (first.IsNew, first.Activity, first.Attempt));
        Assert.Equal("""{"paid":true}""", facts[^1].Fact.GetProperty("output").GetRawText());
        await (await house.PostAsync(decide, body)).RefusedAsync(HttpStatusCode.Conflict, "run.over");
    }

    [Fact]
    public async Task A_call_that_lost_and_has_not_ended_is_shown_as_unsettled()
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("raced");
        await using (var stream = await house.OpenStreamAsync(run))
        {
            while (await stream.NextAsync() is { } fact
                && !(fact.Type == "state.entered" && fact.Fact.GetProperty("state").GetString() == "stay"))
            {
            }
        }

        var details = await house.GetAsync($"/api/v1/runs/{run}", HttpJson.Default.RunDetails);
        Assert.Equal(new UnsettledWork("race", 1, 0, 1), Assert.Single(details.Unsettled!.Value));
        house.Gate.Open();
        await (await house.PostAsync($"/api/v1/runs/{run}/signals", """{"name":"go"}""")).ReadAsync(HttpJson.Default.RunSignalled, HttpStatusCode.Accepted);
        Assert.Contains("activity.late_result", (await house.FollowAsync(run)).Select(fact => fact.Type));
        Assert.Null((await house.GetAsync($"/api/v1/runs/{run}", HttpJson.Default.RunDetails)).Unsettled);
    }

    [Fact]
    public async Task A_run_is_forked_with_another_context_and_can_be_followed()
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("held");
        await house.Gate.Reached;
        house.Gate.Open();
        var entered = (await house.FollowAsync(run)).Single(fact =>
            fact.Type == "state.entered" && fact.Fact.GetProperty("state").GetString() == "second");
        var fork = $"/api/v1/runs/{run}/fork";

        var forked = await (await house.PostAsync(fork, $$$"""{"at":{{{entered.Sequence}}},"run":"other","context":{"a":7}}"""))
            .ReadAsync(HttpJson.Default.RunStarted, HttpStatusCode.Created);
        var facts = await house.FollowAsync(forked.Run);

        Assert.Equal(("other", true), (forked.Run, forked.IsNew));
        Assert.Equal("[7,2]", facts[^1].Fact.GetProperty("output").GetRawText());
        var details = await house.GetAsync("/api/v1/runs/other", HttpJson.Default.RunDetails);
        Assert.Equal(new ForkOrigin(run, entered.Sequence, IsEdited: true), details.ForkedFrom);
        await (await house.PostAsync(fork, """{"at":99}""")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "run.fork_boundary");
        await (await house.PostAsync("/api/v1/runs/none/fork", """{"at":1}""")).RefusedAsync(HttpStatusCode.NotFound, "run.unknown");
    }

    [Fact]
    public async Task One_key_is_one_fork_and_for_something_else_it_is_refused()
    {
        await using var house = await House.OpenAsync();
        house.Gate.Open();
        var run = await house.StartAsync("held");
        var at = (await house.FollowAsync(run)).Single(fact =>
            fact.Type == "state.entered" && fact.Fact.GetProperty("state").GetString() == "second").Sequence;
        var fork = $"/api/v1/runs/{run}/fork";
        var body = $$$"""{"at":{{{at}}},"context":{"a":7}}""";
        var key = ("Idempotency-Key", "f-1");

        var first = await (await house.PostAsync(fork, body, key)).ReadAsync(HttpJson.Default.RunStarted, HttpStatusCode.Created);
        var again = await (await house.PostAsync(fork, body, key)).ReadAsync(HttpJson.Default.RunStarted);
        var inBody = await (await house.PostAsync(fork, $$$"""{"at":{{{at}}},"context":{"a":7},"key":"f-1"}"""))
            .ReadAsync(HttpJson.Default.RunStarted);

        Assert.Equal((first.Run, true, false), (again.Run, first.IsNew, again.IsNew));
        Assert.Equal((first.Run, false), (inBody.Run, inBody.IsNew));
        Assert.Equal(2, (await house.GetAsync("/api/v1/runs", HttpJson.Default.RunPage)).Runs.Length);
        Assert.Equal("f-1", (await house.GetAsync($"/api/v1/runs/{first.Run}", HttpJson.Default.RunDetails)).Key);
        await ConflictAsync(fork, body.Replace("7", "8", StringComparison.Ordinal));
        await ConflictAsync(fork, $$$"""{"at":{{{at}}}}""");
        await ConflictAsync("/api/v1/runs", """{"workflow":"held"}""");
        await (await house.PostAsync(fork, $$$"""{"at":{{{at}}},"key":"f-2"}""", key))
            .RefusedAsync(HttpStatusCode.BadRequest, "request.invalid");

        async Task ConflictAsync(string path, string other) => Assert.Equal(
            "$.key", (await (await house.PostAsync(path, other, key)).RefusedAsync(HttpStatusCode.Conflict, "run.key_conflict")).Place);
    }

    [Theory]
    [InlineData("""{"activity":"1/0","verdict":"retri"}""", "$.verdict", "retry")]
    [InlineData("""{"activity":"1","verdict":"retry"}""", "$.activity", null)]
    [InlineData("""{"activity":"run-other/1/0","verdict":"retry"}""", "$.activity", null)]
    [InlineData("""{"activity":"1/0","verdict":"retry","output":1}""", "$.output", null)]
    public async Task A_decision_that_makes_no_sense_is_explained(string body, string place, string? suggestion)
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("once");

        var refused = await (await house.PostAsync($"/api/v1/runs/{run}/decide", body))
            .RefusedAsync(HttpStatusCode.BadRequest, "request.invalid");

        Assert.Equal((place, suggestion), (refused.Place, refused.Suggestion));
    }

    [Fact]
    public async Task A_decision_about_what_is_not_undecided_is_refused()
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("held");
        await house.Gate.Reached;

        var underWay = await house.PostAsync($"/api/v1/runs/{run}/decide", """{"activity":"2/0","verdict":"retry"}""");
        var unknown = await house.PostAsync($"/api/v1/runs/{run}/decide", """{"activity":"7/0","verdict":"retry"}""");

        await underWay.RefusedAsync(HttpStatusCode.Conflict, "activity.not_undecided");
        await unknown.RefusedAsync(HttpStatusCode.NotFound, "activity.unknown");
    }

    private static async Task<UndecidedCall> UndecidedAsync(House house, string run)
    {
        await using var stream = await house.OpenStreamAsync(run);
        while (await stream.NextAsync() is { Type: not "activity.unknown" })
        {
        }

        var details = await house.GetAsync($"/api/v1/runs/{run}", HttpJson.Default.RunDetails);
        return Assert.Single(details.Undecided!.Value);
    }
}
