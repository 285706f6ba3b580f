using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Orleans.Agents.Client;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Gateway.Access;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Gateway.Tests;

/// <summary>How much is told is seen and chosen over HTTP, and requests are told of themselves.</summary>
public sealed class TelemetryApiTests
{
    private const string Path = "/api/v1/telemetry";

    private static readonly (string, string) Admin = ("x-admin-token", "secret");

    [Fact]
    public async Task How_much_is_told_is_seen_and_chosen_without_a_restart()
    {
        await using var house = await House.OpenAsync(options => options.AdminTokenHash = Tenant.HashOf("secret"));

        Assert.Equal(new TelemetryMode("shipping", "shipping"), await house.GetAsync(Path, HttpJson.Default.TelemetryMode));
        var chosen = await (await house.PostAsync(Path, """{"mode":"debug"}""", Admin)).ReadAsync(HttpJson.Default.TelemetryMode);

        Assert.Equal(new TelemetryMode("debug", "debug"), chosen);
        Assert.Equal(ObservationMode.Debug, house.Engine.Observation.Mode);
        Assert.Contains(house.Log.Lines, line => line.StartsWith($"Information Audit: POST {Path}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_an_admin_chooses()
    {
        await using var open = await House.OpenAsync();
        await using var guarded = await House.OpenAsync(options => options.AdminTokenHash = Tenant.HashOf("secret"));

        await (await open.PostAsync(Path, """{"mode":"debug"}""")).RefusedAsync(HttpStatusCode.Forbidden, "access.closed");
        await (await guarded.PostAsync(Path, """{"mode":"debug"}""")).RefusedAsync(HttpStatusCode.Unauthorized, "access.admin_required");

        Assert.Equal(ObservationMode.Shipping, guarded.Engine.Observation.Mode);
    }

    [Fact]
    public async Task A_mode_that_is_misspelt_is_suggested()
    {
        await using var house = await House.OpenAsync(options => options.AdminTokenHash = Tenant.HashOf("secret"));

        var problem = await (await house.PostAsync(Path, """{"mode":"debugg"}""", Admin)).RefusedAsync(
            HttpStatusCode.BadRequest, "request.invalid");

        Assert.Equal(("$.mode", "shipping, debug", "debug"), (problem.Place, problem.Expected, problem.Suggestion));
    }

    [Fact]
    public async Task After_a_crash_it_is_said_until_when_more_is_told()
    {
        await using var house = await House.OpenAsync();
        house.Engine.Observation.FindCrash();

        var mode = await new AgentsClient(house.Client).GetTelemetryAsync();

        Assert.Equal(("debug", "shipping", house.Engine.Observation.Until), (mode.Mode, mode.Chosen, mode.Until));
    }

    [Fact]
    public async Task A_client_chooses()
    {
        await using var house = await House.OpenAsync(options => options.AdminTokenHash = Tenant.HashOf("secret"));
        house.Client.DefaultRequestHeaders.Add(Admin.Item1, Admin.Item2);
        var agents = new AgentsClient(house.Client);

        await agents.ChooseTelemetryAsync("debug");

        Assert.Equal("debug", (await agents.GetTelemetryAsync()).Chosen);
        await Assert.ThrowsAsync<AgentsApiException>(() => agents.ChooseTelemetryAsync("loud"));
    }

    [Fact]
    public async Task A_run_is_below_its_request_and_that_below_its_caller()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith(SpanNames.Source, StringComparison.Ordinal),
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var house = await House.OpenAsync();

        var run = await house.StartAsync("echo", "{}", ("traceparent", "00-a1b2c3d4e5f60718293a4b5c6d7e8f90-00f067aa0ba902b7-01"));
        await house.FollowAsync(run);

        var trace = ActivityTraceId.CreateFromString("a1b2c3d4e5f60718293a4b5c6d7e8f90");
        var request = spans.Single(span => span.TraceId == trace && span.Kind is ActivityKind.Server);
        var start = spans.Single(span => span.TraceId == trace && span.OperationName == "run.start echo");
        Assert.Equal("POST /api/v1/runs", request.OperationName);
        Assert.Equal(("00f067aa0ba902b7", 201), (request.ParentSpanId.ToHexString(), request.GetTagItem(SpanTags.HttpStatus)));
        Assert.Equal(request.SpanId, start.ParentSpanId);
        Assert.Equal(request.GetTagItem(SpanTags.Correlation), start.GetTagItem(SpanTags.Correlation));
    }
}
