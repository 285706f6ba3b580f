using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Storage.Tests.Crashes;

/// <summary>What a store holds of a tree of runs: each run's row, and its journal.</summary>
internal sealed record CrashContents(ImmutableArray<CrashRun> Runs)
{
    /// <summary>The names of the runs, in order.</summary>
    public IEnumerable<string> Names => Runs.Select(run => run.Name).Order(StringComparer.Ordinal);

    /// <summary>One of the runs.</summary>
    public CrashRun this[RunId run] => Runs.Single(one => one.Record.Id == run);

    /// <summary>Reads a store. Whoever writes to it meanwhile is waited for: what belongs together is read together.</summary>
    public static async Task<CrashContents> ReadAsync(IStore store)
    {
        while (true)
        {
            var before = await VersionsAsync(store);
            var runs = ImmutableArray.CreateBuilder<CrashRun>();
            foreach (var record in await store.Runs.ListAsync(new RunQuery(RunQuery.MaxLimit), default))
            {
                var appends = await store.Journal.ReadAppendsAsync(record.Id, 0, 1_000, default);
                runs.Add(new CrashRun(record, [.. appends.Select(Read)]));
            }

            if (before.SequenceEqual(await VersionsAsync(store)))
            {
                return new CrashContents(runs.ToImmutable());
            }
        }
    }

    /// <summary>The same, but for one of the runs.</summary>
    public CrashContents With(CrashRun run) =>
        new(Runs.Replace(this[run.Record.Id], run));

    private static async Task<IEnumerable<(RunId, long)>> VersionsAsync(IStore store) =>
        (await store.Runs.ListAsync(new RunQuery(RunQuery.MaxLimit), default)).Select(run => (run.Id, run.Version));

    private static CrashAppend Read(StoredAppend append) => new(
        append.At, append.Epoch, JsonSerializer.Deserialize(append.Events.Span, RunJson.Default.ImmutableArrayRunEvent));
}

/// <summary>A run as it is stored.</summary>
internal sealed record CrashRun(RunRecord Record, ImmutableArray<CrashAppend> Appends)
{
    public string Name => Record.Id.Value;

    /// <summary>Its facts, in order.</summary>
    public IEnumerable<RunEvent> Events => Appends.SelectMany(append => append.Events);

    /// <summary>The same, but for one of its facts, in whose place there are others or none.</summary>
    public CrashRun Replace(RunEvent fact, params RunEvent[] others)
    {
        var append = Appends.Single(append => append.Events.Contains(fact));
        var place = append.Events.IndexOf(fact);
        var events = append.Events.RemoveAt(place).InsertRange(place, others);
        return this with { Appends = Appends.Replace(append, append with { Events = events }) };
    }
}

/// <summary>Facts of a run that were stored together.</summary>
internal sealed record CrashAppend(DateTimeOffset At, Epoch Epoch, ImmutableArray<RunEvent> Events);
