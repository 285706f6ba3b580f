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
        Assert.Equal(names.Workflows, names.Definitions!.Value.Select(one => one.Workflow));
        Assert.All(names.Definitions.Value, one => Assert.Equal(("folder", null), (one.From, one.PublishedAt)));
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
    public async Task A_published_workflow_is_run_by_its_name_and_listed_with_what_it_stands_for()
    {
        await using var house = await House.OpenAsync(options => options.AdminTokenHash = Tenant.HashOf("secret"));

        var published = await (await house.PostAsync("/api/v1/definitions", Body(Workflows.Published), Admin))
            .ReadAsync(HttpJson.Default.Validation, HttpStatusCode.Created);
        var started = await house.StartAsync("published", "[1]");
        var misspelt = await (await house.PostAsync("/api/v1/runs", """{"workflow":"publisht"}"""))
            .RefusedAsync(HttpStatusCode.NotFound, "workflow.unknown");
        var names = await house.GetAsync("/api/v1/workflows", HttpJson.Default.WorkflowNames);

        var line = Assert.Single(published.Workflows);
        Assert.True(line.ByName);
        Assert.Empty(published.Diagnostics);
        Assert.Equal("[1]", (await house.FollowAsync(started))[^1].Fact.GetProperty("output").GetRawText());
        Assert.Equal(("published", "$.workflow"), (misspelt.Suggestion, misspelt.Place));
        Assert.Contains("published", names.Workflows);
        var listed = names.Definitions!.Value.Single(one => one.Workflow == "published");
        Assert.Equal((line.Definition, "published", "2.0.0"), (listed.Definition, listed.From, listed.Version));
        Assert.NotNull(listed.PublishedAt);
    }

    [Fact]
    public async Task A_name_that_the_gateway_was_started_with_stays_and_who_publishes_it_is_told_where()
    {
        await using var house = await House.OpenAsync(options => options.AdminTokenHash = Tenant.HashOf("secret"));
        var taken = $"{Workflows.Published}\n---\n{Workflows.Published.Replace("name: published", "name: echo", StringComparison.Ordinal)}";

        var published = await (await house.PostAsync("/api/v1/definitions", Body(taken), Admin))
            .ReadAsync(HttpJson.Default.Validation, HttpStatusCode.Created);

        Assert.True(published.Valid);
        Assert.Equal([("echo", false), ("published", true)], published.Workflows.Select(w => (w.Workflow, w.ByName!.Value)));
        var warning = Assert.Single(published.Diagnostics);
        Assert.Equal(("warning", "definition.name_held", "w.yaml", 9), (warning.Severity, warning.Code, warning.File, warning.Line));
        var names = await house.GetAsync("/api/v1/workflows", HttpJson.Default.WorkflowNames);
        var echo = names.Definitions!.Value.Single(one => one.Workflow == "echo");
        Assert.Equal("folder", echo.From);
        Assert.NotEqual(published.Workflows[0].Definition, echo.Definition);
    }

    [Fact]
    public async Task Only_the_names_that_are_asked_for_are_published()
    {
        await using var house = await House.OpenAsync(options => options.AdminTokenHash = Tenant.HashOf("secret"));
        var second = Workflows.Published.Replace("name: published", "name: second", StringComparison.Ordinal);
        var both = $"{Workflows.Published}\n---\n{second}";

        var one = await (await house.PostAsync("/api/v1/definitions", Body(both, "second"), Admin))
            .ReadAsync(HttpJson.Default.Validation, HttpStatusCode.Created);
        var misspelt = await (await house.PostAsync("/api/v1/definitions", Body(both, "second", "publisht"), Admin))
            .RefusedAsync(HttpStatusCode.BadRequest, "request.invalid");

        Assert.Equal([("published", false), ("second", true)], one.Workflows.Select(w => (w.Workflow, w.ByName!.Value)));
        Assert.Equal(("$.names[1]", "published"), (misspelt.Place, misspelt.Suggestion));
        Assert.NotEmpty(await house.StartAsync("second", "1"));
        await (await house.PostAsync("/api/v1/runs", """{"workflow":"published"}"""))
            .RefusedAsync(HttpStatusCode.NotFound, "workflow.unknown");
    }

    [Fact]
    public async Task A_kept_definition_can_be_run_by_its_hash()
    {
        await using var house = await House.OpenAsync(options => options.AdminTokenHash = Tenant.HashOf("secret"));

        var published = await (await house.PostAsync("/api/v1/definitions", Body(Workflows.Published, []), Admin))
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

    private static string Body(string yaml) => Body(yaml, names: null);

    private static string Body(string yaml, params string[]? names) => JsonSerializer.Serialize(
        new DefinitionFiles([new DefinitionFile("w.yaml", yaml)], Names: names is null ? null : [.. names]),
        HttpJson.Default.DefinitionFiles);
}
