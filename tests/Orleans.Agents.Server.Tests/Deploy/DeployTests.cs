using System.Net;
using System.Text.Json;
using Orleans.Agents.Client;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.EndToEnd.Tests.Faults;
using Orleans.Agents.EndToEnd.Tests.Processes;

namespace Orleans.Agents.Server.Tests.Deploy;

/// <summary>The server is published and started as its image does, and as the page says to do it by hand.</summary>
[Collection(FaultSettings.Fleets)]
public sealed class DeployTests(PublishedServer published) : IClassFixture<PublishedServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Nodes_as_Compose_starts_them_are_healthy_do_what_they_are_asked_and_stop_in_time()
    {
        await using var machine = await ComposeMachine.SetUpAsync();
        await using var first = machine.Start("node-1", published.Folder);
        await using var second = machine.Start("node-2", published.Folder);
        await HealthyAsync(first);
        await HealthyAsync(second);

        foreach (var what in (string[])["startup", "ready", "live"])
        {
            Assert.Equal(HttpStatusCode.OK, await first.HealthAsync(what));
        }

        if (Environment.IsPrivilegedProcess)
        {
            Assert.Equal($"{Image.User}", first.Program.StatusOf("Uid").Split('\t')[0]);
            Assert.Equal("1", first.Program.StatusOf("NoNewPrivs"));
        }

        var run = await new AgentsClient(first.Http).StartAsync(new StartRun("greeting", JsonElement.Parse("""{"name":"Ada"}""")));
        var facts = await new AgentsClient(second.Http).FollowAsync(run.Run).ToListAsync();
        Assert.Equal("Welcome, Ada.", facts[^1].Fact.GetProperty("output").GetProperty("greeting").GetString());

        first.Program.Terminate();
        second.Program.Terminate();
        await Eventually.TrueAsync(async () => !await first.IsHealthyAsync(), Patience, () => first.Program.Said);
        Assert.Equal(HttpStatusCode.OK, await first.HealthAsync("live")); // until balancers have noticed
        Assert.True(await first.EndAsync() == 0, first.Program.Said);
        Assert.True(await second.EndAsync() == 0, second.Program.Said);
    }

    [Fact]
    public async Task Four_commands_by_hand_start_a_node_and_two_calls_start_a_run_and_follow_it()
    {
        var page = HandPage.Read();
        await using var machine = new HandMachine(published.Folder);
        Assert.Equal(4, page.Commands);
        Assert.Equal(Image.Publish[..^1], page.Publish.Split(' ')[..^1]); // which has been done

        await machine.RunAsync(page.MakeDatabase);
        await using var first = machine.Start(page.StartFirst);
        await using var second = machine.Start(page.StartAnother);
        await ReadyAsync(first, machine.Addresses[0]);
        await ReadyAsync(second, machine.Addresses[1]);
        var started = await machine.RunAsync(page.StartRun);
        var followed = await machine.RunAsync(page.Follow(JsonElement.Parse(started).GetProperty("run").GetString()!));

        page.AgreesWith(0, started);
        page.AgreesWith(1, followed);
        first.Terminate();
        second.Terminate();
        Assert.Equal((0, 0), (await first.EndAsync(Patience), await second.EndAsync(Patience)));
    }

    private static Task HealthyAsync(Node node) => Eventually.TrueAsync(
        () => node.Program.HasEnded ? throw new InvalidOperationException(node.Program.Said) : node.IsHealthyAsync(),
        Patience,
        () => node.Program.Said);

    private static async Task ReadyAsync(Program node, Uri address)
    {
        using var http = new HttpClient();
        await Eventually.TrueAsync(
            async () =>
            {
                Assert.False(node.HasEnded, node.Said);
                try
                {
                    return (await http.GetAsync(new Uri(address, "/health/ready"))).IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false; // nobody is there yet
                }
            },
            Patience,
            () => node.Said);
    }
}
