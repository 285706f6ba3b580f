using System.Net;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Gateway.Access;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Gateway.Tests;

/// <summary>Runs that are told something, and say what they wait for.</summary>
public sealed class SignalApiTests
{
    private const string Approval = """{"name":"approval","payload":{"ok":true},"id":"mail-1"}""";

    private static readonly (string, string) Acme = ("x-api-key", "acme-key");
    private static readonly (string, string) Other = ("x-api-key", "other-key");

    [Fact]
    public async Task A_run_goes_on_with_what_it_is_told_and_the_same_id_comes_once()
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("asked");

        var first = await SentAsync(await SendAsync(house, run, Approval));
        var again = await SentBeforeAsync(await SendAsync(house, run, """{"name":"approval","payload":{"ok":false},"id":"mail-1"}"""));
        await SentAsync(await SendAsync(house, run, """{"name":"news","payload":[1, 2]}"""));
        var facts = await house.FollowAsync(run);

        Assert.Equal(new RunSignalled(run, "approval", "mail-1", true), first);
        Assert.Equal(first with { IsNew = false }, again);
        Assert.Equal("""[{"ok":true},[1, 2]]""", facts[^1].Fact.GetProperty("output").GetRawText());
        Assert.Equal(first with { IsNew = false }, await SentBeforeAsync(await SendAsync(house, run, Approval)));
        await (await SendAsync(house, run, """{"name":"approval","payload":{"ok":true}}""")).RefusedAsync(HttpStatusCode.Conflict, "run.over");
    }

    [Fact]
    public async Task A_list_says_what_each_run_waits_for_itself_and_which_are_suspended()
    {
        await using var house = await House.OpenAsync();
        var parent = await house.StartAsync("asking");
        var resting = await house.StartAsync("asked");
        using var suspend = await house.PostAsync($"/api/v1/runs/{resting}/suspend", """{"reason":"later"}""");
        await UntilAsync(house, resting, "run.suspended");
        await UntilAsync(house, parent, "child.started");
        await UntilAsync(house, $"{parent}~1.0", "state.entered");

        var listed = (await house.GetAsync("/api/v1/runs", HttpJson.Default.RunPage)).Runs.ToDictionary(run => run.Run);
        Assert.Equal(("later", "suspended"), (listed[resting].Suspended!.Reason, listed[resting].Status));
        Assert.Equal((null, null), (listed[parent].WaitsFor, listed[parent].Suspended));
        var child = listed[$"{parent}~1.0"];
        Assert.Equal((child.Run, "ask", "approval"), (child.WaitsFor!.Run, child.WaitsFor.State, child.WaitsFor.Signal));
        Assert.NotNull(child.WaitsFor.Until);
    }

    [Fact]
    public async Task A_signal_is_named_in_the_header_or_in_the_body_or_gets_a_name_that_is_said()
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("asked");
        const string News = """{"name":"news"}""";

        var unnamed = await SentAsync(await SendAsync(house, run, News));
        var inHeader = await SentAsync(await SendAsync(house, run, News, ("Idempotency-Key", "n-1")));
        var inBody = await SentBeforeAsync(await SendAsync(house, run, """{"name":"news","id":"n-1"}"""));
        var both = await SendAsync(house, run, """{"name":"news","id":"n-2"}""", ("Idempotency-Key", "n-1"));
        var facts = await ReceivedAsync(house, run, 2);

        Assert.True(Guid.TryParse(unnamed.Id, out _), unnamed.Id);
        Assert.Equal(("n-1", "n-1"), (inHeader.Id, inBody.Id));
        Assert.Equal(new[] { unnamed.Id, "n-1" }.Order(), facts.Select(fact => fact.Fact.GetProperty("id").GetString()).Order());
        Assert.Equal("$.id", (await both.RefusedAsync(HttpStatusCode.BadRequest, "request.invalid")).Place);
    }

    [Fact]
    public async Task What_a_run_has_no_use_for_is_refused_to_its_sender()
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("asked");

        var misspelt = await (await SendAsync(house, run, """{"name":"aproval"}""")).RefusedAsync(
            HttpStatusCode.UnprocessableEntity, "signal.unknown");
        var wrong = await (await SendAsync(house, run, """{"name":"approval","payload":{"ok":"yes"}}""")).RefusedAsync(
            HttpStatusCode.UnprocessableEntity, "signal.invalid");
        var twice = await (await SendAsync(house, run, """{"name":"news","payload":{"a":{"b":1,"b":2}}}""")).RefusedAsync(
            HttpStatusCode.UnprocessableEntity, "signal.invalid");
        var large = await (await SendAsync(house, run, $$"""{"name":"news","payload":"{{new string('x', RunLimits.PayloadBytes)}}"}"""))
            .RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "payload.too_large");

        Assert.Equal(("$.name", "approval, news", "approval"), (misspelt.Place, misspelt.Expected, misspelt.Suggestion));
        Assert.Contains("approval, news", misspelt.Detail, StringComparison.Ordinal);
        Assert.Contains("/ok", wrong.Detail, StringComparison.Ordinal);
        Assert.Contains("/a/b", twice.Detail, StringComparison.Ordinal);
        Assert.All([wrong, twice, large], refused => Assert.Equal("$.payload", refused.Place));
        Assert.DoesNotContain(
            (await house.GetAsync($"/api/v1/runs/{run}/events", HttpJson.Default.FactPage)).Events,
            fact => fact.Type.StartsWith("signal.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task There_is_nobody_to_tell_where_there_is_no_run_or_no_wait()
    {
        await using var house = await House.OpenAsync();
        var held = await house.StartAsync("held");
        await house.Gate.Reached;

        await (await SendAsync(house, "none", Approval)).RefusedAsync(HttpStatusCode.NotFound, "run.unknown");
        var refused = await (await SendAsync(house, held, Approval)).RefusedAsync(
            HttpStatusCode.UnprocessableEntity, "signal.unknown");

        Assert.Equal((null, null), (refused.Expected, refused.Suggestion));
        Assert.Contains("no signal at all", refused.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "request.missing_field", "$.name")]
    [InlineData("""{"name":"news","value":1}""", "request.unknown_field", "$.value")]
    [InlineData("""{"name":"news","id":""}""", "request.invalid", "$.id")]
    [InlineData("""{"name":"news","id":7}""", "request.malformed", "$.id")]
    [InlineData("""{"name":"news","id":"a\u0000b"}""", "request.invalid", "$.id")]
    [InlineData("""{"name":"news","id":"\ud800"}""", "request.malformed", "$.id")]
    public async Task A_signal_that_makes_no_sense_is_explained(string body, string code, string place)
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("asked");

        Assert.Equal(place, (await (await SendAsync(house, run, body)).RefusedAsync(HttpStatusCode.BadRequest, code)).Place);
    }

    [Fact]
    public async Task The_longest_name_of_a_signal_is_the_one_that_runs_take()
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("asked");
        var longest = new string('x', SignalResult.MaxIdLength);

        await SentAsync(await SendAsync(house, run, """{"name":"news"}""", ("Idempotency-Key", longest)));
        var refused = await (await SendAsync(house, run, """{"name":"news"}""", ("Idempotency-Key", longest + "x")))
            .RefusedAsync(HttpStatusCode.BadRequest, "request.invalid");

        Assert.Equal("Idempotency-Key", refused.Place);
    }

    [Fact]
    public async Task Signals_that_nothing_asks_for_are_kept_up_to_a_number()
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("asked");
        for (var i = 0; i < RunLimits.EarlySignals; i++)
        {
            await SentAsync(await SendAsync(house, run, """{"name":"news"}"""));
        }

        await ReceivedAsync(house, run, RunLimits.EarlySignals);

        await (await SendAsync(house, run, """{"name":"news"}""")).RefusedAsync(HttpStatusCode.Conflict, "signal.too_many");
    }

    [Fact]
    public async Task What_child_runs_wait_for_is_found_at_the_run_above_them()
    {
        await using var house = await House.OpenAsync();
        var root = await house.StartAsync("asking");
        var child = $"{root}~1.0";
        await UntilAsync(house, root, "child.started");
        await UntilAsync(house, child, "state.entered");

        var wait = Assert.Single((await DetailsAsync(house, root)).WaitsFor!.Value);
        var own = Assert.Single((await DetailsAsync(house, child)).WaitsFor!.Value);
        var refused = await (await SendAsync(house, root, Approval)).RefusedAsync(
            HttpStatusCode.UnprocessableEntity, "signal.unknown");
        await SentAsync(await SendAsync(house, wait.Run, Approval));
        await SentAsync(await SendAsync(house, wait.Run, """{"name":"news","payload":1}"""));
        var facts = await house.FollowAsync(root);

        Assert.Equal((child, "ask", "approval", wait.Since.AddHours(1)), (wait.Run, wait.State, wait.Signal, wait.Until));
        Assert.Equal(wait, own);
        Assert.Contains(child, refused.Detail, StringComparison.Ordinal);
        Assert.Equal("""[{"ok":true},1]""", facts[^1].Fact.GetProperty("output").GetRawText());
        Assert.Null((await DetailsAsync(house, root)).WaitsFor);
    }

    [Fact]
    public async Task A_tenant_tells_its_own_runs_only()
    {
        await using var house = await House.OpenAsync(options =>
            options.Tenants = Tenant.Parse($"acme={Tenant.HashOf("acme-key")};other={Tenant.HashOf("other-key")}"));
        var run = await house.StartAsync("asked", "{}", Acme);

        await (await SendAsync(house, run, Approval, Other)).RefusedAsync(HttpStatusCode.NotFound, "run.unknown");
        await (await SendAsync(house, run, Approval)).RefusedAsync(HttpStatusCode.Unauthorized, "access.key_required");

        Assert.Equal("mail-1", (await SentAsync(await SendAsync(house, run, Approval, Acme))).Id);
    }

    [Fact]
    public async Task With_the_guard_on_a_signal_needs_the_admin_token()
    {
        await using var house = await House.OpenAsync(options =>
            (options.RequireAdminForNonGet, options.AdminTokenHash) = (true, Tenant.HashOf("secret")));
        var run = await house.StartAsync("asked", "{}", ("x-admin-token", "secret"));

        await (await SendAsync(house, run, Approval)).RefusedAsync(HttpStatusCode.Unauthorized, "access.admin_required");

        await SentAsync(await SendAsync(house, run, Approval, ("x-admin-token", "secret")));
    }

    [Fact]
    public async Task The_books_of_a_run_say_what_is_under_way_and_what_was_used()
    {
        await using var house = await House.OpenAsync();
        var run = await house.StartAsync("held");
        await house.Gate.Reached;

        var during = (await DetailsAsync(house, run)).Books!.Activities;
        house.Gate.Open();
        await house.FollowAsync(run);
        var after = (await DetailsAsync(house, run)).Books!.Activities;

        Assert.Equal((1, 1, 0), (during.Settled, during.Reserved, during.Lost));
        Assert.Equal(during with { Settled = 2, Reserved = 0 }, after);
    }

    private static Task<HttpResponseMessage> SendAsync(
        House house, string run, string body, params (string Name, string Value)[] headers) =>
        house.PostAsync($"/api/v1/runs/{run}/signals", body, headers);

    private static async Task<RunSignalled> SentAsync(HttpResponseMessage response)
    {
        var sent = await response.ReadAsync(HttpJson.Default.RunSignalled, HttpStatusCode.Accepted);
        Assert.True(sent.IsNew);
        return sent;
    }

    private static Task<RunSignalled> SentBeforeAsync(HttpResponseMessage response) =>
        response.ReadAsync(HttpJson.Default.RunSignalled);

    private static Task<RunDetails> DetailsAsync(House house, string run) =>
        house.GetAsync($"/api/v1/runs/{run}", HttpJson.Default.RunDetails);

    private static async Task UntilAsync(House house, string run, string type)
    {
        await using var stream = await house.OpenStreamAsync(run);
        while (await stream.NextAsync() is { } fact && fact.Type != type)
        {
        }
    }

    private static async Task<List<RunFact>> ReceivedAsync(House house, string run, int count)
    {
        await using var stream = await house.OpenStreamAsync(run);
        var received = new List<RunFact>();
        while (received.Count < count && await stream.NextAsync() is { } fact)
        {
            if (fact.Type == "signal.received")
            {
                received.Add(fact);
            }
        }

        return received;
    }
}
