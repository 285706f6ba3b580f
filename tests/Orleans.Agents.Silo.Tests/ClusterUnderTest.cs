using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Agents.Hosting;
using Orleans.Agents.Silo.Hosting;
using Orleans.Agents.Storage.Postgres;
using Orleans.Agents.Storage.Tests;
using Orleans.Agents.Storage.Tests.Hosts;
using Orleans.Runtime.Placement;
using Orleans.Storage;
using Orleans.TestingHost;

namespace Orleans.Agents.Silo.Tests;

/// <summary>
/// Two silos in this process over one PostgreSQL. Grains lie on either by chance, whoever asks, so that calls cross from one
/// to the other; the directory is the one of production.
/// </summary>
public sealed class ClusterUnderTest : IHostUnderTest
{
    private readonly PostgresTestDatabase database;
    private readonly InProcessTestCluster cluster;

    private readonly InProcessSiloHandle[] silos;

    private ClusterUnderTest(PostgresTestDatabase database, InProcessTestCluster cluster) =>
        (this.database, this.cluster, silos) = (database, cluster, [.. cluster.Silos]);

    public IAgents this[int place] => Services(place).GetRequiredService<IAgents>();

    public bool Lends => true;

    public static async Task<ClusterUnderTest> OpenAsync(
        HostSetup setup, Action<ISiloBuilder>? configure = null, bool isByChance = true)
    {
        var database = new PostgresTestDatabase();
        var builder = new InProcessTestClusterBuilder(2);
        UseOwnDirectory(builder.Options, false);
        var book = new MemoryEpochBook();
        var states = new ConcurrentDictionary<(string Name, GrainId Grain), BinaryData>();
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton<IEpochBook>(book);
            setup.Apply(silo
                .UseAgents(engine =>
                    (engine.KeeperInterval, engine.ParkAfter) = (HostSetup.KeeperInterval, HostSetup.ParkAfter))
                .UsePostgres(new PostgresStoreOptions
                {
                    ConnectionString = database.ConnectionString,
                    Host = StoreHost.Cluster,
                }));
            if (isByChance)
            {
                silo.Services.AddPlacementDirector<PreferLocalPlacement, ByChance>();
            }

            silo.Services.AddSingleton<IGrainStorage>(services =>
                new KeptStates(states, services.GetRequiredService<IGrainStorageSerializer>()));
            configure?.Invoke(silo);
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new ClusterUnderTest(database, cluster);
    }

    /// <summary>What the silo at a place is made of.</summary>
    public IServiceProvider Services(int place) => silos[place].ServiceProvider;

    /// <summary>Starts another silo.</summary>
    /// <returns>What it is made of, when it has joined.</returns>
    public async Task<IServiceProvider> JoinAsync() => (await cluster.StartAdditionalSiloAsync()).ServiceProvider;

    public Task LeaveAsync(int place) => cluster.StopSiloAsync(silos[place]);

    public async ValueTask DisposeAsync()
    {
        await cluster.StopAllSilosAsync();
        await cluster.DisposeAsync();
        database.Dispose();
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_UseTestClusterGrainDirectory")]
    private static extern void UseOwnDirectory(InProcessTestClusterOptions options, bool value);

    private sealed class ByChance : IPlacementDirector
    {
        public Task<SiloAddress> OnAddActivation(
            PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
        {
            var silos = context.GetCompatibleSilos(target);
            return Task.FromResult(silos[Random.Shared.Next(silos.Length)]);
        }
    }
}
