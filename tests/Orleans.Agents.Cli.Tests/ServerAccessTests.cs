using System.Security.Cryptography;
using System.Text;

namespace Orleans.Agents.Cli.Tests;

/// <summary>Gateways that ask who asks, and gateways that come and go.</summary>
public sealed class ServerAccessTests : IDisposable
{
    private readonly Workspace workspace = new();

    [Fact]
    public async Task A_gateway_that_stops_is_waited_for_and_the_run_is_followed_on()
    {
        workspace.Write("w.yaml", ServedWorkspace.Ask);
        var (first, url) = await ServedWorkspace.StartAsync(workspace, "w.yaml");
        using var following = workspace.Start(["run", "ask", "--id", "long", "--server", url]);
        await Workspace.UntilTellsAsync(following, "run long waits for signal go");
        await StopAsync(first);
        await Workspace.UntilTellsAsync(following, $"{url} does not answer; waiting for it");

        var (second, _) = await ServedWorkspace.StartAsync(workspace, "w.yaml", url);
        await Workspace.UntilTellsAsync(following, $"{url} answers again");
        (await workspace.AgentsAsync("runs", "signal", "long", "go", "--payload", "7", "--server", url)).With(0);
        var ended = (await Workspace.EndOfAsync(following)).With(0);
        await StopAsync(second);

        Assert.Equal("7\n", ended.Out);
    }

    [Fact]
    public async Task Who_may_not_ask_is_told_what_to_give_and_no_secret_is_told()
    {
        workspace.Environment["AGENTS_TENANTS"] = $"acme={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("right-key")))}";
        workspace.Environment["REQUIRE_ADMIN_FOR_NON_GET"] = "true";
        workspace.Environment["AGENTS_ADMIN_TOKEN"] = "right-token";
        workspace.Write("w.yaml", Samples.Echo);
        workspace.Write("key.txt", "right-key\n");
        var (server, url) = await ServedWorkspace.StartAsync(workspace, "w.yaml");
        workspace.Environment["AGENTS_ADMIN_TOKEN"] = null;
        string[] run = ["run", "echo", "--id", "mine", "--server", url, "--api-key", "@key.txt"];

        var nobody = (await workspace.AgentsAsync("runs", "list", "--server", url)).With(3);
        var stranger = (await workspace.AgentsAsync("runs", "list", "--server", url, "--api-key", "other-key")).With(3);
        var tenant = (await workspace.AgentsAsync(run)).With(3);
        var guest = (await workspace.AgentsAsync([.. run, "--admin-token", "other-token"])).With(3);
        workspace.Environment["AGENTS_ADMIN_TOKEN"] = "right-token";
        var started = (await workspace.AgentsAsync([.. run, "--detach"])).With(0);
        workspace.Environment["AGENTS_API_KEY"] = "right-key";
        var shown = (await workspace.AgentsAsync("runs", "show", "mine", "--server", url)).With(0);
        await StopAsync(server);

        Assert.Equal(("access.key_required", "access.key_required"), (nobody.FailureCode, stranger.FailureCode));
        Assert.Contains("Give it with --api-key or AGENTS_API_KEY.", nobody.Err, StringComparison.Ordinal);
        Assert.Contains("It does not know the key that --api-key says.", stranger.Err, StringComparison.Ordinal);
        Assert.Equal(("access.admin_required", "access.admin_required"), (tenant.FailureCode, guest.FailureCode));
        Assert.Contains("Give it with --admin-token or AGENTS_ADMIN_TOKEN.", tenant.Err, StringComparison.Ordinal);
        Assert.Contains("The token that --admin-token says is another one.", guest.Err, StringComparison.Ordinal);
        Assert.Contains($"agents runs resume acme:mine --server {url} --api-key @key.txt", started.Err, StringComparison.Ordinal);
        Assert.Equal("acme:mine", shown.Payload.GetProperty("run").GetString());
        Assert.All([stranger, guest, started], ended =>
            Assert.DoesNotMatch("(right|other)-(key|token)", ended.Out + ended.Err));
    }

    public void Dispose() => workspace.Dispose();

    private static async Task StopAsync(System.Diagnostics.Process server)
    {
        await Workspace.SignalAsync(server, "TERM");
        (await Workspace.EndOfAsync(server)).With(0);
        server.Dispose();
    }
}
