using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Storage.Tests.Hosts;

/// <summary>Two applications with an embedded engine each, that share a database.</summary>
public sealed class EmbeddedHostUnderTest : IHostUnderTest
{
    private readonly ITestDatabase database;
    private readonly List<IHost> applications = [];

    private EmbeddedHostUnderTest(ITestDatabase database) => this.database = database;

    public IAgents this[int place] => applications[place].Services.GetRequiredService<IAgents>();

    public bool Lends => false;

    public static async Task<IHostUnderTest> OpenAsync(ITestDatabase database, HostSetup setup)
    {
        var host = new EmbeddedHostUnderTest(database);
        for (var place = 0; place < 2; place++)
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            setup.Apply(builder.Services
                .AddAgents(engine =>
                    (engine.KeeperInterval, engine.ParkAfter) = (HostSetup.KeeperInterval, HostSetup.ParkAfter))
                .UseStore(_ => database.Open()));
            var application = builder.Build();
            host.applications.Add(application);
            await application.StartAsync();
        }

        return host;
    }

    public Task LeaveAsync(int place) => applications[place].StopAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var application in applications)
        {
            await application.StopAsync();
            await application.Services.GetRequiredService<IStore>().DisposeAsync();
            await ((IAsyncDisposable)application).DisposeAsync();
        }

        database.Dispose();
    }
}
