using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Gateway.Access;

namespace Orleans.Agents.Gateway.Tests;

/// <summary>Who may do what.</summary>
public sealed class AccessTests
{
    private static readonly (string, string) Admin = ("x-admin-token", "secret");
    private static readonly (string, string) Acme = ("x-api-key", "acme-key");
    private static readonly (string, string) Other = ("authorization", "Bearer other-key");

    [Fact]
    public async Task With_the_guard_on_whatever_is_not_a_GET_needs_the_admin_token()
    {
        await using var house = await House.OpenAsync(Guarded);

        foreach (var path in (string[])["/api/v1/runs", "/api/v1/runs/x/cancel", "/api/v1/runs/x/signals", "/api/v1/definitions/validate", "/api/v1/nothing"])
        {
            await (await house.PostAsync(path, "{}")).RefusedAsync(HttpStatusCode.Unauthorized, "access.admin_required");
            await (await house.PostAsync(path, "{}", ("x-admin-token", "wrong"))).RefusedAsync(
                HttpStatusCode.Unauthorized, "access.admin_required");
            await (await house.PostAsync(path, "{}", ("x-admin-token", ""))).RefusedAsync(
                HttpStatusCode.Unauthorized, "access.admin_required");
        }

        foreach (var method in (string[])["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
        {
            using var refused = await house.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/api/v1/runs"));
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        using var listed = await house.GetAsync("/api/v1/runs");
        Assert.Equal(HttpStatusCode.OK, listed.StatusCode);
        Assert.NotEmpty(await house.StartAsync("echo", "{}", Admin));
    }

    [Fact]
    public async Task The_guard_without_a_token_would_lock_everybody_out_and_does_not_start()
    {
        var problem = await Assert.ThrowsAsync<OptionsValidationException>(
            () => House.OpenAsync(options => options.RequireAdminForNonGet = true));

        Assert.Contains("Set its hash", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_and_refused_attempts_are_recorded()
    {
        var file = Path.GetTempFileName();
        await using (var house = await House.OpenAsync(options =>
        {
            Guarded(options);
            options.AuditFile = file;
        }))
        {
            await house.StartAsync("echo", "{}", Admin);
            using var refused = await house.PostAsync("/api/v1/runs", "{}");
            using var looked = await house.GetAsync("/api/v1/runs");
            Assert.Contains(house.Log.Lines, line => line.StartsWith("Information Audit: POST /api/v1/runs", StringComparison.Ordinal));
            Assert.Contains(house.Log.Lines, line => line.StartsWith("Warning Audit: POST /api/v1/runs", StringComparison.Ordinal));
        }

        var records = (await File.ReadAllLinesAsync(file)).Select(line => JsonSerializer.Deserialize(line, AuditJson.Default.AuditRecord)!).ToList();
        File.Delete(file);
        Assert.Equal([(201, null, true), (401, "access.admin_required", false)], records.Select(r => (r.Status, r.Code, r.Admin)));
        Assert.All(records, r => Assert.Equal(("POST", "/api/v1/runs", "127.0.0.1"), (r.Method, r.Path, r.Remote)));
        Assert.All(records, r => Assert.NotEqual(Guid.Empty, r.CorrelationId));
    }

    [Fact]
    public async Task Where_there_are_tenants_nobody_else_may_ask_for_anything()
    {
        await using var house = await House.OpenAsync(TwoTenants);

        foreach (var path in (string[])["/api/v1/runs", "/api/v1/runs/x", "/api/v1/workflows", "/api/v1/nothing"])
        {
            await (await house.GetAsync(path)).RefusedAsync(HttpStatusCode.Unauthorized, "access.key_required");
            await (await house.GetAsync(path, ("x-api-key", "wrong"))).RefusedAsync(HttpStatusCode.Unauthorized, "access.key_required");
            await (await house.GetAsync(path, ("authorization", "Basic acme-key"))).RefusedAsync(
                HttpStatusCode.Unauthorized, "access.key_required");
        }

        using var live = await house.GetAsync("/health/live");
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    [Fact]
    public async Task A_tenant_sees_and_touches_its_own_runs_only()
    {
        await using var house = await House.OpenAsync(TwoTenants);
        var mine = await house.StartAsync("held", "{}", Acme);
        var parent = await house.StartAsync("parent", "{}", Acme);
        await house.FollowAsync(parent, 0, Acme);
        var theirs = await house.StartAsync("echo", "{}", Other);

        Assert.StartsWith("acme:", mine, StringComparison.Ordinal);
        Assert.Equal([$"{parent}~1.1", $"{parent}~1.0", parent, mine], await ListAsync(house, Acme));
        Assert.Equal([theirs], await ListAsync(house, Other));
        Assert.Empty((await house.GetAsync("/api/v1/runs?workflow=parent", HttpJson.Default.RunPage, Other)).Runs);
        foreach (var run in (string[])[mine, $"{parent}~1.0"])
        {
            foreach (var path in (string[])["", "/tree", "/events"])
            {
                using var own = await house.GetAsync($"/api/v1/runs/{run}{path}", Acme);
                Assert.Equal(HttpStatusCode.OK, own.StatusCode);
                await (await house.GetAsync($"/api/v1/runs/{run}{path}", Other)).RefusedAsync(HttpStatusCode.NotFound, "run.unknown");
            }

            foreach (var path in (string[])["/cancel", "/resume", "/decide", "/fork", "/signals"])
            {
                await (await house.PostAsync($"/api/v1/runs/{run}{path}", "{}", Other)).RefusedAsync(
                    HttpStatusCode.NotFound, "run.unknown");
            }
        }

        using var streamed = await house.GetAsync($"/api/v1/runs/{mine}/events", ("accept", "text/event-stream"), Other);
        await streamed.RefusedAsync(HttpStatusCode.NotFound, "run.unknown");
        await (await house.GetAsync($"/api/v1/runs?cursor={mine}", Other)).RefusedAsync(HttpStatusCode.BadRequest, "request.invalid");
    }

    [Fact]
    public async Task A_published_name_is_every_tenant_s_and_only_an_operator_changes_it()
    {
        await using var house = await House.OpenAsync(options =>
        {
            TwoTenants(options);
            options.AdminTokenHash = Tenant.HashOf("secret");
        });
        var body = JsonSerializer.Serialize(
            new DefinitionFiles([new DefinitionFile("w.yaml", Workflows.Published)]), HttpJson.Default.DefinitionFiles);
        var other = body.Replace("2.0.0", "3.0.0", StringComparison.Ordinal);

        using var published = await house.PostAsync("/api/v1/definitions", body, Acme, Admin);
        await (await house.PostAsync("/api/v1/definitions", other, Other))
            .RefusedAsync(HttpStatusCode.Unauthorized, "access.admin_required");

        Assert.Equal(HttpStatusCode.Created, published.StatusCode);
        foreach (var tenant in new[] { Acme, Other })
        {
            Assert.NotEmpty(await house.StartAsync("published", "{}", tenant));
            var names = await house.GetAsync("/api/v1/workflows", HttpJson.Default.WorkflowNames, tenant);
            Assert.Equal("2.0.0", names.Definitions!.Value.Single(one => one.From == "published").Version);
        }
    }

    [Fact]
    public async Task A_key_of_one_tenant_is_not_that_of_another()
    {
        await using var house = await House.OpenAsync(TwoTenants);
        const string Body = """{"workflow":"echo","key":"order-7","run":"mine"}""";

        var acme = await (await house.PostAsync("/api/v1/runs", Body, Acme)).ReadAsync(
            HttpJson.Default.RunStarted, HttpStatusCode.Created);
        var other = await (await house.PostAsync("/api/v1/runs", Body, Other)).ReadAsync(
            HttpJson.Default.RunStarted, HttpStatusCode.Created);

        Assert.Equal(("acme:mine", "other:mine"), (acme.Run, other.Run));
        Assert.Equal("order-7", (await house.GetAsync("/api/v1/runs/acme:mine", HttpJson.Default.RunDetails, Acme)).Key);
    }

    [Fact]
    public async Task A_tenant_that_asks_too_much_is_told_to_wait_and_others_are_not()
    {
        await using var house = await House.OpenAsync(options =>
        {
            TwoTenants(options);
            options.RequestsPerSecond = 1;
        });
        HttpResponseMessage refused;
        do
        {
            refused = await house.GetAsync("/api/v1/runs", Acme);
        }
        while (refused.IsSuccessStatusCode);

        Assert.NotNull(refused.Headers.RetryAfter);
        await refused.RefusedAsync(HttpStatusCode.TooManyRequests, "access.too_many_requests");
        using var other = await house.GetAsync("/api/v1/runs", Other);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Theory]
    [InlineData("Acme=0", "is named by")]
    [InlineData("acme=abc", "needs the SHA-256")]
    [InlineData("a=X;b=X", "was named before")]
    public async Task Tenants_that_cannot_be_are_refused_at_the_start(string text, string explanation)
    {
        var tenants = Tenant.Parse(text.Replace("X", Tenant.HashOf("key"), StringComparison.Ordinal));

        var problem = await Assert.ThrowsAsync<OptionsValidationException>(
            () => House.OpenAsync(options => options.Tenants = tenants));

        Assert.Contains(explanation, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tenants_are_read_from_text()
    {
        var tenants = Tenant.Parse("# ours\nacme = 11 # old\nacme=22\n\nother=33");

        Assert.Equal(["acme", "other"], tenants.Select(t => t.Name));
        Assert.Equal(["11", "22"], tenants[0].KeyHashes.AsEnumerable());
        Assert.Throws<FormatException>(() => Tenant.Parse("acme"));
    }

    private static void Guarded(GatewayOptions options) =>
        (options.RequireAdminForNonGet, options.AdminTokenHash) = (true, Tenant.HashOf("secret"));

    private static void TwoTenants(GatewayOptions options) =>
        options.Tenants = Tenant.Parse($"acme={Tenant.HashOf("acme-key")};other={Tenant.HashOf("other-key")}");

    private static async Task<IEnumerable<string>> ListAsync(House house, (string, string) tenant) =>
        (await house.GetAsync("/api/v1/runs", HttpJson.Default.RunPage, tenant)).Runs.Select(run => run.Run);
}
