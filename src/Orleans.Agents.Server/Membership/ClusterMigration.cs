namespace Orleans.Agents.Server.Membership;

/// <summary>Makes the cluster's tables before anything of Orleans asks for them.</summary>
internal sealed class ClusterMigration(ClusterDatabase database) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(ClusterMigration), ServiceLifecycleStage.First, database.MigrateAsync);
}
