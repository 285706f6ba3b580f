using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;

namespace Orleans.Agents.Cli.Tests;

/// <summary>Processes that carry what waits in a store, and answer over HTTP.</summary>
public sealed class ListenTests : IDisposable
{
    private readonly Workspace workspace = new();

    [Fact]
    public async Task A_run_is_started_and_followed_over_HTTP_and_the_process_stops_when_it_is_told_to()
    {
        workspace.Write("w.yaml", Samples.Count);
        using var server = workspace.Start(["serve", "w.yaml", "--listen", "http://127.0.0.1:0"]);
        using var client = new HttpClient { BaseAddress = await AddressAsync(server) };
        using var content = new StringContent("""{"workflow":"count","input":{"from":1},"run":"mine"}""", Encoding.UTF8, "application/json");

        using var started = await client.PostAsync(new Uri("/api/v1/runs", UriKind.Relative), content);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/runs/mine/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var followed = await client.SendAsync(request);
        var events = await followed.Content.ReadAsStringAsync();
        await Workspace.SignalAsync(server, "TERM");
        var ended = (await Workspace.EndOfAsync(server)).With(0);

        Assert.Equal("""{"run":"mine","is_new":true}""", await started.Content.ReadAsStringAsync());
        Assert.Contains("event: run.succeeded\n", events, StringComparison.Ordinal);
        Assert.EndsWith("stopped; the runs are free for whoever serves next\n", ended.Err, StringComparison.Ordinal);
        Assert.Empty(ended.Out);
    }

    [Fact]
    public async Task A_run_that_waits_and_is_followed_holds_nobody_up_who_stops()
    {
        workspace.Write("await.yaml", Samples.Await);
        using var server = workspace.Start(["serve", "await.yaml", "--listen", "http://127.0.0.1:0"]);
        using var client = new HttpClient { BaseAddress = await AddressAsync(server) };
        (await workspace.AgentsAsync("run", "await.yaml", "--id", "waiting", "--detach")).With(0);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/runs/waiting/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var followed = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        await Workspace.SignalAsync(server, "TERM");
        var events = await followed.Content.ReadAsStringAsync();

        Assert.DoesNotContain("event: run.succeeded", events, StringComparison.Ordinal);
        (await Workspace.EndOfAsync(server)).With(0);
    }

    [Fact]
    public async Task The_API_is_described_by_the_program_as_it_is_by_the_library()
    {
        using var server = workspace.Start(["serve", "--listen", "http://127.0.0.1:0"]);
        using var client = new HttpClient { BaseAddress = await AddressAsync(server) };

        var described = JsonNode.Parse(await client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)))!;
        await Workspace.SignalAsync(server, "TERM");
        (await Workspace.EndOfAsync(server)).With(0);

        var kept = JsonNode.Parse(await File.ReadAllTextAsync(KeptDescription()))!;
        Assert.All(
            ["paths", "components"],
            part => Assert.True(JsonNode.DeepEquals(kept[part], described[part]), described[part]?.ToJsonString()));
    }

    [Fact]
    public async Task The_guard_and_the_tenants_are_told_by_variables()
    {
        workspace.Environment["REQUIRE_ADMIN_FOR_NON_GET"] = "true";
        workspace.Environment["AGENTS_ADMIN_TOKEN"] = "secret";
        using var server = workspace.Start(["serve", "--listen", "http://127.0.0.1:0"]);
        using var client = new HttpClient { BaseAddress = await AddressAsync(server) };

        using var refused = await client.PostAsync(new Uri("/api/v1/runs", UriKind.Relative), null);
        client.DefaultRequestHeaders.Add("x-admin-token", "secret");
        using var passed = await client.PostAsync(new Uri("/api/v1/runs", UriKind.Relative), null);
        await Workspace.SignalAsync(server, "TERM");
        (await Workspace.EndOfAsync(server)).With(0);

        Assert.Equal((401, 415), ((int)refused.StatusCode, (int)passed.StatusCode));
    }

    [Fact]
    public async Task Who_only_carries_runs_loads_nothing_of_a_server()
    {
        using var quiet = workspace.Start(["serve"]);
        await Workspace.UntilTellsAsync(quiet, "serving");
        var without = await File.ReadAllTextAsync($"/proc/{quiet.Id}/maps");
        await Workspace.SignalAsync(quiet, "TERM");
        (await Workspace.EndOfAsync(quiet)).With(0);
        using var server = workspace.Start(["serve", "--listen", "http://127.0.0.1:0"]);
        await AddressAsync(server);
        var with = await File.ReadAllTextAsync($"/proc/{server.Id}/maps");
        await Workspace.SignalAsync(server, "TERM");
        (await Workspace.EndOfAsync(server)).With(0);

        Assert.DoesNotContain("Microsoft.AspNetCore", without, StringComparison.Ordinal);
        Assert.Equal(!Workspace.IsNative, with.Contains("Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ftp://127.0.0.1:1", 2, "cli.usage", null)]
    [InlineData("https://127.0.0.1:1", 2, "cli.usage", null)]
    [InlineData("8080", 2, "cli.usage", null)]
    [InlineData("http://127.0.0.1:0", 2, "cli.usage", "true")]
    [InlineData("http://127.0.0.1:0", 2, "cli.usage", "yes")]
    [InlineData("http://203.0.113.7:1", 4, "cli.listen", null)]
    public async Task An_address_that_cannot_be_is_explained(string address, int exitCode, string code, string? guard)
    {
        workspace.Environment["REQUIRE_ADMIN_FOR_NON_GET"] = guard;

        var ended = (await workspace.AgentsAsync("serve", "--listen", address)).With(exitCode);

        Assert.Equal(code, ended.FailureCode);
    }

    public void Dispose() => workspace.Dispose();

    private static string KeptDescription([CallerFilePath] string here = "") => Path.Combine(
        Path.GetDirectoryName(here)!, "..", "Orleans.Agents.Gateway.Tests", "OpenApi", "v1.json");

    private static async Task<Uri> AddressAsync(Process server)
    {
        var told = await Workspace.UntilTellsAsync(server, "listening at ");
        return new Uri(told.Split("listening at ")[1].Trim());
    }
}
