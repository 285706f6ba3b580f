using System.Collections.Immutable;
using Orleans.Agents.Definitions;
using Orleans.Agents.Forks;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Hosting;

/// <summary>
/// What may be asked of runs, whatever host carries them. Every implementation passes <c>HostConformance</c>, which is the
/// definition of this interface; the comments here only summarise it. Reads come from the store and wake nobody.
/// </summary>
public interface IAgents
{
    /// <summary>The workflows that new runs can be started from by name, in the order of names.</summary>
    /// <exception cref="StoreException">The store cannot be reached.</exception>
    Task<ImmutableArray<OfferedWorkflow>> ListWorkflowsAsync(CancellationToken cancellation = default);

    /// <summary>
    /// Starts a run; it is durable when this returns. A key or a name that was used before is not started again, also
    /// when its run was pruned.
    /// </summary>
    /// <exception cref="StoreException">The run's carrier or the store cannot be reached; try again with the same key.</exception>
    Task<StartResult> StartRunAsync(StartRequest request, CancellationToken cancellation = default);

    /// <summary>
    /// Begins a run where another one stood after one of its appends, with the same definition and perhaps another context. It
    /// is durable when this returns, and needs nothing of the other one any more. A name that was used before is not started
    /// again.
    /// </summary>
    /// <exception cref="HistoryException">The other run's history cannot be understood, or was pruned.</exception>
    /// <exception cref="StoreException">The run's carrier or the store cannot be reached; try again with the same name.</exception>
    Task<StartResult> ForkAsync(ForkRequest request, CancellationToken cancellation = default);

    /// <summary>
    /// Asks a run to stop, whoever carries it: it fails with <c>run.cancelled</c>. The request is durable when this
    /// returns; a run that this process carries is told at once, one that another carries when that one looks, and one
    /// that nobody carries by the next process that takes it on.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="reason">Why, for people.</param>
    /// <param name="requestId">Names the request, so that it can be made again; null lets the engine choose a name.</param>
    /// <param name="cancellation">Ends the call; the request may have been stored all the same.</param>
    /// <exception cref="ArgumentException">The name of the request is too long.</exception>
    /// <exception cref="StoreException">The run's carrier or the store cannot be reached; try again with the same name.</exception>
    Task<Posted> CancelAsync(
        RunId run, string? reason = null, string? requestId = null, CancellationToken cancellation = default);

    /// <summary>
    /// Asks a run to begin nothing until it is resumed, whoever carries it; the request is durable and obeyed like a
    /// cancellation. What is under way is done to its end and its result recorded; the run may come to another state by it, and to
    /// its end. Signals are kept, moments that pass come when it is resumed, its deadline among them. The child runs that it waits
    /// for are suspended along. Once nothing is under way, no process carries it. To suspend it twice does nothing.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="reason">Why, for people.</param>
    /// <param name="requestId">Names the request, so that it can be made again; null lets the engine choose a name.</param>
    /// <param name="cancellation">Ends the call; the request may have been stored all the same.</param>
    /// <exception cref="ArgumentException">The name of the request is too long.</exception>
    /// <exception cref="StoreException">The run's carrier or the store cannot be reached; try again with the same name.</exception>
    Task<Posted> SuspendAsync(
        RunId run, string? reason = null, string? requestId = null, CancellationToken cancellation = default);

    /// <summary>
    /// Tells a run something that one of its states waits for, or will: it is durable when this returns, and reaches the run
    /// once, like a cancellation. What the run's workflow does not wait for, or what breaks its schema, is refused, and the
    /// run is as it was.
    /// </summary>
    /// <param name="run">The run itself: a child run that waits is told by its own name.</param>
    /// <param name="name">The signal that states wait for.</param>
    /// <param name="payload">What is told; the output of the state that takes it.</param>
    /// <param name="signalId">Names this one among all signals of the run: sent twice, it comes once.</param>
    /// <param name="cancellation">Ends the call; the signal may have been stored all the same.</param>
    /// <exception cref="HistoryException">The run's history cannot be understood.</exception>
    /// <exception cref="StoreException">The run's carrier or the store cannot be reached; send it again with the same name.</exception>
    Task<SignalResult> SignalAsync(
        RunId run, string name, Payload payload, string? signalId = null, CancellationToken cancellation = default);

    /// <summary>Which signals a run and the child runs that it waits for, and theirs, wait for.</summary>
    /// <exception cref="HistoryException">A history cannot be understood.</exception>
    Task<ImmutableArray<SignalWait>> FindWaitsAsync(RunId run, CancellationToken cancellation = default);

    /// <summary>Which signals some listed runs themselves wait for; of those whose histories cannot be understood, it says nothing.</summary>
    Task<ImmutableArray<SignalWait>> FindWaitsAsync(
        ImmutableArray<RunRecord> runs, CancellationToken cancellation = default);

    /// <summary>
    /// Lets a suspended run go on, and carries a run on that nobody carries; does nothing about one that is carried and not
    /// suspended, or is over.
    /// </summary>
    /// <returns>Whether the process that was asked carries it now.</returns>
    /// <exception cref="HistoryException">The run's history cannot be understood.</exception>
    Task<bool> ResumeAsync(RunId run, CancellationToken cancellation = default);

    /// <summary>Waits until a run is over. The run goes on when the wait is cancelled.</summary>
    /// <exception cref="KeyNotFoundException">There is no such run.</exception>
    /// <exception cref="HistoryException">The run was pruned, or its history cannot be understood.</exception>
    Task<RunState> WaitForEndAsync(RunId run, CancellationToken cancellation = default);

    /// <summary>How a run stands; null when there is none of this name.</summary>
    /// <exception cref="HistoryException">The run's history cannot be understood.</exception>
    Task<RunView?> FindAsync(RunId run, CancellationToken cancellation = default);

    /// <summary>A run's row; null when there is none of this name.</summary>
    Task<RunRecord?> LookUpAsync(RunId run, CancellationToken cancellation = default);

    /// <summary>Lists the runs that were born with appends of another, in the order of their births.</summary>
    /// <param name="parent">The other run.</param>
    /// <param name="after">Only those born after this one; null begins with the first.</param>
    /// <param name="limit">At most this many, from 1.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    Task<ImmutableArray<RunRecord>> ListChildrenAsync(
        RunId parent, RunId? after, int limit, CancellationToken cancellation = default);

    /// <summary>
    /// Decides about a call whose outcome nobody knows, whoever carries its run. The decision is durable when this
    /// returns; it is obeyed like a cancellation, by whoever carries the run or takes it on next.
    /// </summary>
    /// <exception cref="HistoryException">The run's history cannot be understood.</exception>
    /// <exception cref="StoreException">The store cannot be reached; decide again.</exception>
    Task<DecideResult> DecideAsync(ActivityId activity, Verdict verdict, CancellationToken cancellation = default);

    /// <summary>Keeps a definition, so that runs can be started from it by its hash at any process of the store.</summary>
    Task KeepAsync(Definition definition, CancellationToken cancellation = default);

    /// <summary>
    /// Keeps definitions, and has new runs of their names start from them, at once and at every process of the store except those
    /// that were given one of their own under that name. All of them are published or none; what is published later counts, also
    /// when it was published before: so one goes back. Runs under way keep theirs.
    /// </summary>
    /// <returns>The names for which this process was given another definition; these are not published, and start as before.</returns>
    /// <exception cref="StoreException">The store cannot be reached; publish again.</exception>
    Task<ImmutableArray<string>> PublishEverywhereAsync(
        ImmutableArray<Definition> definitions, CancellationToken cancellation = default);

    /// <summary>The stored form of a definition; null when none is kept under this hash.</summary>
    Task<ReadOnlyMemory<byte>?> FindDefinitionAsync(string hash, CancellationToken cancellation = default);

    /// <summary>The tools and models that definitions may refer to in this process.</summary>
    DefinitionHost DefinitionHost { get; }

    /// <summary>
    /// Calls back with each append of runs that this process carries, in order per run, when it is durable. Of runs that
    /// others carry it says nothing: whoever has to know reads the facts.
    /// </summary>
    void Follow(Action<RunId, RunAppend> follower);

    /// <summary>Says of which runs there is something new to read, whoever carries them.</summary>
    IRunHints Hints { get; }

    /// <summary>
    /// Reads the facts of many runs after a version each, as they are stored: also those that this program does not know.
    /// Facts that were stored together come together, so the limit may be exceeded by those.
    /// </summary>
    /// <param name="places">From where on; each run stands among them once.</param>
    /// <param name="limit">About as many facts of each run.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <returns>Runs that exist and have something new, in no particular order.</returns>
    /// <exception cref="HistoryException">Facts are damaged.</exception>
    Task<ImmutableArray<NewFacts>> ReadFactsAsync(
        ImmutableArray<RunPlace> places, int limit, CancellationToken cancellation = default);

    /// <summary>Lists runs, newest first.</summary>
    Task<ImmutableArray<RunRecord>> ListAsync(RunQuery query, CancellationToken cancellation = default);

    /// <summary>Reads a run's facts after a version, oldest first.</summary>
    /// <exception cref="HistoryException">A fact is newer than this program.</exception>
    Task<ImmutableArray<RunAppend>> ReadEventsAsync(
        RunId run, long after = 0, int limit = 1_000, CancellationToken cancellation = default);
}
