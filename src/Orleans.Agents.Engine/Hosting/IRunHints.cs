using Orleans.Agents.Runs;

namespace Orleans.Agents.Hosting;

/// <summary>
/// Says of which runs something new was stored, a moment after it is durable. Hints only: any of them may be missing, late or
/// come twice. The journal is what is true, and whoever needs to know asks it every so often.
/// </summary>
public interface IRunHints
{
    /// <summary>
    /// Calls back with each run that has something new and the version it has reached, from now on: those of this process, and
    /// those that are wanted. It has to return at once.
    /// </summary>
    void Listen(Action<RunId, long> listener);

    /// <summary>Hints of this run are wanted too, whoever carries it, until they are forgone as often as they were wanted.</summary>
    void Want(RunId run);

    /// <summary>Takes back that hints of a run are wanted.</summary>
    void Forgo(RunId run);

    /// <summary>
    /// Whether hints of a run that is wanted come, as far as is known. If not, the journal is all there is, and worth asking more
    /// often.
    /// </summary>
    bool AreComing(RunId run);
}
