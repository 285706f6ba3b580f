using System.Net;
using System.Text.Json;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Gateway.Access;

namespace Orleans.Agents.Gateway.Tests;

/// <summary>Definitions are checked, kept and looked at.</summary>
public sealed class DefinitionApiTests
{
    private static readonly (string, string) Admin = ("x-admin-token", "secret");

    [Fact]
    public async Task Workflows_that_can_be_started_by_name_are_listed()
    {
        await using var house = await House.OpenAsync();

        var names = await house.GetAsync("/api/v1/workflows", HttpJson.Default.WorkflowNames);

        Assert.Equal(["asked", "asking", "each", "echo", "held", "once", "parent", "raced"], names.Workflows.AsEnumerable());
    }

    [Fact]
    public async Task Validating_says_what_is_wrong_and_keeps_nothing()
    {
        await using var house = await House.OpenAsync();

        var good = await (await house.PostAsync("/api/v1/definitions/validate", Body(Workflows.Published)))
            .ReadAsync(HttpJson.Default.Validation);
        var bad = await (await house.PostAsync(
            "/api/v1/definitions/validate", Body(Workflows.Published.Replace("start: done", "start: doen", StringComparison.Ordinal))))
            .ReadAsync(HttpJson.Default.Validation);

        Assert.Equal((true, "published"), (good.Valid, Assert.Single(good.Workflows).Workflow));
        Assert.False(bad.Valid);
        Assert.Contains(bad.Diagnostics, d => d is { Suggestion: "done", File: "w.yaml", Line: > 1 });
        await (await house.GetAsync($"/api/v1/definitions/{good.Workflows[0].Definition}"))
            .RefusedAsync(HttpStatusCode.NotFound, "definition.unknown");
    }

    [Fact]
    public async Task A_published_definition_can_be_run_by_its_hash()
    {
        await using var house = await House.OpenAsync(options => options.AdminTokenHash = Tenant.HashOf("secret"));

        var published = await (await house.PostAsync("/api/v1/definitions", Body(Workflows.Published), Admin))
            .ReadAsync(HttpJson.Default.Validation, HttpStatusCode.Created);
        var hash = Assert.Single(published.Workflows).Definition;
        var details = await house.GetAsync($"/api/v1/definitions/{hash}", HttpJson.Default.DefinitionDetails);
        var started = await (await house.PostAsync(
            "/api/v1/runs", $$"""{"workflow":"published","definition":"{{hash}}","input":[1]}"""))
            .ReadAsync(HttpJson.Default.RunStarted, HttpStatusCode.Created);
        var facts = await house.FollowAsync(started.Run);

        Assert.Equal(("published", "2.0.0", "done"), (details.Workflow, details.Version, Assert.Single(details.States)));
        Assert.Equal("[1]", facts[^1].Fact.GetProperty("output").GetRawText());
        Assert.DoesNotContain(
            "published", (await house.GetAsync("/api/v1/workflows", HttpJson.Default.WorkflowNames)).Workflows);
    }

    [Fact]
    public async Task A_definition_with_mistakes_is_not_published()
    {
        await using var house = await House.OpenAsync(options => options.AdminTokenHash = Tenant.HashOf("secret"));

        var refused = await (await house.PostAsync("/api/v1/definitions", Body("apiVersion: nonsense"), Admin))
            .RefusedAsync(HttpStatusCode.UnprocessableEntity, "definition.invalid");

        Assert.NotEmpty(refused.Diagnostics!.Value);
    }

    [Fact]
    public async Task Nobody_publishes_without_the_admin_token()
    {
        await using var open = await House.OpenAsync();
        await using var guarded = await House.OpenAsync(options => options.AdminTokenHash = Tenant.HashOf("secret"));

        await (await open.PostAsync("/api/v1/definitions", Body(Workflows.Published), Admin))
            .RefusedAsync(HttpStatusCode.Forbidden, "access.closed");
        await (await guarded.PostAsync("/api/v1/definitions", Body(Workflows.Published)))
            .RefusedAsync(HttpStatusCode.Unauthorized, "access.admin_required");
    }

    private static string Body(string yaml) => JsonSerializer.Serialize(
        new DefinitionFiles([new DefinitionFile("w.yaml", yaml)]), HttpJson.Default.DefinitionFiles);
}
