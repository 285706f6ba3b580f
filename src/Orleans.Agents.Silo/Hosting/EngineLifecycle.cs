using Orleans.Agents.Hosting;

namespace Orleans.Agents.Silo.Hosting;

/// <summary>
/// Starts the engine before the silo can be asked, and stops it before the silo leaves: its epoch is fenced while others
/// can still be told to carry its runs on.
/// </summary>
internal sealed class EngineLifecycle(AgentsHostedService service, ClusterHost host) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(
            nameof(EngineLifecycle), ServiceLifecycleStage.ApplicationServices, service.StartAsync, _ => Task.CompletedTask);
        lifecycle.Subscribe(
            nameof(EngineLifecycle), ServiceLifecycleStage.Active, JoinAsync, service.StopAsync);
    }

    private Task JoinAsync(CancellationToken cancellation)
    {
        host.Join();
        return Task.CompletedTask;
    }
}
