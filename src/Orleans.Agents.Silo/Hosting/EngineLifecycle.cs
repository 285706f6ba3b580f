using Orleans.Agents.Hosting;

namespace Orleans.Agents.Silo.Hosting;

/// <summary>
/// Starts the engine before the silo has said a word to others, so that runs whose processes are gone do not wait for it to join;
/// and stops it before the silo leaves: its epoch is fenced while others can still be told to carry its runs on.
/// </summary>
internal sealed class EngineLifecycle(AgentsHostedService service, ClusterHost host) : ILifecycleParticipant<ISiloLifecycle>
{
    // After whatever prepares the store: First, and First + 1.
    private const int BeforeTheSilo = ServiceLifecycleStage.First + 2;

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(EngineLifecycle), BeforeTheSilo, service.StartAsync, _ => Task.CompletedTask);
        lifecycle.Subscribe(nameof(EngineLifecycle), ServiceLifecycleStage.Active, host.JoinAsync, service.StopAsync);
    }
}
