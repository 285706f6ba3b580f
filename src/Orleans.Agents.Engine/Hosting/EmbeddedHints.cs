using Orleans.Agents.Runs;

namespace Orleans.Agents.Hosting;

/// <summary>Hints of the runs that this process carries; of others that share its store it hears nothing.</summary>
internal sealed class EmbeddedHints(AgentsEngine engine) : IRunHints
{
    /// <inheritdoc/>
    public void Listen(Action<RunId, long> listener) => engine.Listen(listener);

    /// <inheritdoc/>
    public void Want(RunId run)
    {
    }

    /// <inheritdoc/>
    public void Forgo(RunId run)
    {
    }

    /// <inheritdoc/>
    public bool AreComing(RunId run) => engine.Carries(run);
}
