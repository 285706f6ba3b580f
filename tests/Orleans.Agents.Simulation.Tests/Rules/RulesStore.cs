using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Simulation.Tests.Rules;

/// <summary>One decision on its way to the store of ring 1.</summary>
internal sealed record RulesAppend(
    Epoch Epoch, long Expected, Decision.Accepted Decision, bool IsReleased, DateTimeOffset? WakeAt)
{
    /// <summary>The notes that led to it; they are not there any more for the next carrier.</summary>
    public ImmutableArray<string> Consumed { get; init; } = [];
}

/// <summary>Something that was left for the run.</summary>
/// <param name="Id">Names it among all that is.</param>
/// <param name="Command">What it means.</param>
internal sealed record RulesNote(string Id, RunCommand Command);

/// <summary>A store for one run, as far as the rules need one: an owner, a version, epochs that can be fenced.</summary>
internal sealed class RulesStore(RunWatch watch, Trace trace)
{
    private readonly List<RulesAppend> appends = [];
    private readonly HashSet<Epoch> fenced = [];
    private readonly List<RulesNote> inbox = [];
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);
    private (long Version, byte[] State)? snapshot;
    private long epochs;

    public long Version { get; private set; }

    public Epoch? Owner { get; private set; }

    public DateTimeOffset? WakeAt { get; private set; }

    public bool IsOver => watch.State.IsOver;

    public Epoch Take() => new(++epochs);

    public void Fence(Epoch epoch)
    {
        if (fenced.Add(epoch))
        {
            trace.Add($"    epoch {epoch} is fenced");
        }
    }

    public bool IsFenced(Epoch epoch) => fenced.Contains(epoch);

    /// <summary>What was left for the run, oldest first.</summary>
    public IReadOnlyList<RulesNote> Inbox => inbox;

    /// <summary>Leaves a note for the run, unless one of its name was left before.</summary>
    public void Post(RulesNote note)
    {
        if (!IsOver && taken.Add(note.Id))
        {
            inbox.Add(note);
        }
    }

    /// <summary>Whether the run waits for a carrier.</summary>
    public bool IsWaiting(DateTimeOffset now) =>
        Version > 0 && !IsOver && (Owner is { } owner ? IsFenced(owner) : WakeAt <= now || inbox.Count > 0);

    public bool Claim(Epoch epoch)
    {
        if (IsFenced(epoch) || IsOver || Version == 0 || (Owner is { } owner && owner != epoch && !IsFenced(owner)))
        {
            return false;
        }

        Owner = epoch;
        WakeAt = null;
        trace.Add($"    epoch {epoch} owns the run");
        return true;
    }

    public Appended Append(RulesAppend append, bool keepsSnapshot)
    {
        if (IsFenced(append.Epoch))
        {
            return new Appended.Lost();
        }

        if (appends.Exists(a => a.Decision == append.Decision && a.Epoch == append.Epoch))
        {
            return new Appended.Stored();
        }

        if (append.Expected != Version || (append.Expected > 0 && Owner != append.Epoch))
        {
            return new Appended.Lost();
        }

        var (at, events, next) = append.Decision;
        appends.Add(append);
        Version = next.Version;
        Owner = next.IsOver || append.IsReleased ? null : append.Epoch;
        WakeAt = append.WakeAt;
        inbox.RemoveAll(note => append.Consumed.Contains(note.Id));
        trace.Add($"    stored under {append.Epoch}: {string.Join(", ", events)}");
        watch.Stored(next.Version, at, append.Epoch, events);
        if (keepsSnapshot)
        {
            snapshot = (next.Version, JsonSerializer.SerializeToUtf8Bytes(next, RunJson.Default.RunState));
            watch.Kept(next.Version, snapshot.Value.State);
        }

        return new Appended.Stored();
    }

    /// <summary>The run's state as its next carrier reads it: the snapshot, then the events as they were written.</summary>
    public RunState Read()
    {
        var state = snapshot is { } kept
            ? JsonSerializer.Deserialize(kept.State, RunJson.Default.RunState)!
            : RunState.Initial;
        foreach (var append in appends.Where(a => a.Decision.Next.Version > state.Version))
        {
            var written = JsonSerializer.SerializeToUtf8Bytes(append.Decision.Events, RunJson.Default.ImmutableArrayRunEvent);
            var events = JsonSerializer.Deserialize(written, RunJson.Default.ImmutableArrayRunEvent);
            state = Run.Evolve(state, events, append.Decision.At);
        }

        return state;
    }
}
