using System.Collections.Immutable;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Journal;

/// <summary>
/// What a <see cref="MemoryStore"/> keeps. It outlives the stores opened over it, so that a test can end one as if its
/// process had died and carry on with another. Safe to use from many threads.
/// </summary>
public sealed class MemoryDatabase
{
    private readonly Dictionary<RunId, MemoryRun> runs = [];
    private readonly Dictionary<string, RunId> keys = new(StringComparer.Ordinal);

    /// <summary>Guards everything in here.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>Definitions by their hash.</summary>
    internal Dictionary<string, byte[]> Definitions { get; } = new(StringComparer.Ordinal);

    /// <summary>What was published last, by name.</summary>
    internal SortedDictionary<string, Publication> Published { get; } = new(StringComparer.Ordinal);

    /// <summary>Epochs and the store that carries under each; null once it is fenced.</summary>
    internal Dictionary<Epoch, MemoryStore?> Carriers { get; } = [];

    /// <summary>Epochs that were fenced because their store was gone.</summary>
    internal HashSet<Epoch> Crashed { get; } = [];

    /// <summary>All runs, oldest first.</summary>
    internal List<MemoryRun> InOrder { get; } = [];

    /// <summary>How many runs were ever started.</summary>
    internal long Started { get; private set; }

    /// <summary>Names that stay taken although nothing else is left of their runs.</summary>
    internal HashSet<RunId> Pruned { get; } = [];

    /// <summary>Notes that nobody consumed, oldest first.</summary>
    internal List<InboxNote> Unconsumed { get; } = [];

    /// <summary>Finds a run.</summary>
    internal MemoryRun? Find(RunId run) => runs.GetValueOrDefault(run);

    /// <summary>Finds a run by its start key.</summary>
    internal MemoryRun? FindByKey(string key) => WhoHas(key) is { } run ? Find(run) : null;

    /// <summary>The run that a start key belongs to, pruned or not.</summary>
    internal RunId? WhoHas(string key) => keys.TryGetValue(key, out var run) ? run : null;

    /// <summary>Whether an epoch was taken and not fenced.</summary>
    internal bool IsValid(Epoch epoch) => Carriers.GetValueOrDefault(epoch) is not null;

    /// <summary>Consumes some notes of a run; all of them when the run is over.</summary>
    internal void Consume(RunId run, ImmutableArray<string> notes, bool isOver = false) =>
        Unconsumed.RemoveAll(note => note.Run == run && (isOver || notes.Contains(note.Id)));

    /// <summary>Removes a run that is over.</summary>
    internal void Prune(MemoryRun run)
    {
        runs.Remove(run.Record.Id);
        InOrder.Remove(run);
        Pruned.Add(run.Record.Id);
    }

    /// <summary>Adds a run that is in nobody's way.</summary>
    internal void Add(MemoryRun run)
    {
        runs.Add(run.Record.Id, run);
        InOrder.Add(run);
        Started = run.Number;
        if (run.Record.Key is { } key)
        {
            keys.Add(key, run.Record.Id);
        }
    }
}

/// <summary>One run in memory.</summary>
internal sealed class MemoryRun(long number, RunRecord record)
{
    /// <summary>Its place in the order of starts, from 1.</summary>
    public long Number => number;

    /// <summary>The row.</summary>
    public RunRecord Record { get; set; } = record;

    /// <summary>All appends, oldest first.</summary>
    public List<StoredAppend> Appends { get; } = [];

    /// <summary>The runs that were born with its appends.</summary>
    public List<RunId> Children { get; } = [];

    /// <summary>The names of all notes that were ever left for it.</summary>
    public HashSet<string> Notes { get; } = new(StringComparer.Ordinal);

    /// <summary>What was taken out of its events and states, by hash.</summary>
    public Dictionary<string, byte[]> Blobs { get; } = new(StringComparer.Ordinal);

    /// <summary>The latest kept state.</summary>
    public RunSnapshot? Snapshot { get; set; }

    /// <summary>The appends after a version.</summary>
    public ImmutableArray<StoredAppend> After(long version, int limit) =>
        [.. Appends.SkipWhile(append => append.Version <= version).Take(limit)];
}
