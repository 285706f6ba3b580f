using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;
using Orleans.Agents.Simulation.Tests.Rules;
using Orleans.Agents.Simulation.Tests.Workflows;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Simulation.Tests.Families;

/// <summary>One run of a family: what is stored of it, what was left for it, and what its carrier has under way.</summary>
internal sealed class FamilyRun(RunId id, Workflow workflow, RunWatch watch, Script script)
{
    private readonly HashSet<WorkKey> begun = [];
    private readonly List<RunState> stood = [];
    private ImmutableArray<RunWork> wanted = [];

    public RunId Id => id;

    public Workflow Workflow => workflow;

    public RunWatch Watch => watch;

    /// <summary>What the world answers to it.</summary>
    public Script Script => script;

    public RunState State { get; private set; } = RunState.Initial;

    /// <summary>The epoch of the process that carries it.</summary>
    public Epoch Epoch { get; set; } = new(1);

    /// <summary>Whether its carrier is gone.</summary>
    public bool IsAdrift { get; set; }

    /// <summary>Whether nobody carries it, and nobody has to.</summary>
    public bool IsPutDown { get; set; }

    /// <summary>What others left for it.</summary>
    public List<RunCommand> Notes { get; } = [];

    /// <summary>Calls that somebody is making, the run's carrier or one before it.</summary>
    public List<FamilyCall> Calls { get; } = [];

    /// <summary>How many signals of a name were sent.</summary>
    public Dictionary<string, int> Told { get; } = new(StringComparer.Ordinal);

    /// <summary>Leaves something for it, if it can still hear it.</summary>
    public void Leave(RunCommand note)
    {
        if (!State.IsOver)
        {
            Notes.Add(note);
        }
    }

    /// <summary>One of its notes, whichever comes: but who suspends and who resumes it come in their order.</summary>
    public RunCommand TakeNote(Random chance)
    {
        var at = chance.Next(Notes.Count);
        at = IsOfWarden(Notes[at]) ? Notes.FindIndex(IsOfWarden) : at;
        var note = Notes[at];
        Notes.RemoveAt(at);
        return note;

        static bool IsOfWarden(RunCommand note) => note is RunCommand.Suspend or RunCommand.Resume;
    }

    /// <summary>What is to be begun now.</summary>
    public IEnumerable<RunWork> Due(DateTimeOffset now) =>
        wanted.Where(work => !(work.StartsAt > now) && !(work.Key is { } key && begun.Contains(key)));

    /// <summary>When there is something to be begun next.</summary>
    public DateTimeOffset? NextDue() => wanted.Where(work => !(work.Key is { } key && begun.Contains(key))).Min(work => work.StartsAt);

    /// <summary>Work is begun.</summary>
    public void Begin(RunWork work) => begun.Add(work.Key!.Value);

    /// <summary>What follows from a command is stored; null when nothing does.</summary>
    public Decision.Accepted? Decide(Decide decide, RunCommand command, DateTimeOffset now)
    {
        if (decide(workflow, State, command, now) is not Decision.Accepted accepted)
        {
            return null;
        }

        State = accepted.Next;
        stood.Add(State);
        watch.Stored(State.Version, accepted.At, Epoch, accepted.Events);
        Wanted();
        return accepted;
    }

    /// <summary>Where it stood after one of its appends.</summary>
    public RunState StoodAt(Random chance) => stood[chance.Next(stood.Count)];

    /// <summary>Somebody else reads the run as it is stored, and has begun nothing.</summary>
    public void Read(Epoch epoch)
    {
        var snapshot = JsonSerializer.SerializeToUtf8Bytes(State, RunJson.Default.RunState);
        watch.Kept(State.Version, snapshot);
        State = JsonSerializer.Deserialize(snapshot, RunJson.Default.RunState)!;
        Epoch = epoch;
        (IsAdrift, IsPutDown) = (false, false);
        begun.Clear();
        wanted = []; // nothing is begun before the takeover is stored
    }

    // What is not wanted any more is told to stop; it may tell its result all the same.
    private void Wanted()
    {
        wanted = Run.Outstanding(workflow, State);
        var left = wanted.Select(work => work.Key).OfType<WorkKey>().ToHashSet();
        foreach (var key in begun.Where(key => !left.Contains(key)).ToList())
        {
            begun.Remove(key);
            watch.Finished((int)Epoch.Value, key.Activity, key.Attempt);
        }
    }
}

/// <summary>A call on its way.</summary>
/// <param name="Attempt">What it is an attempt at.</param>
/// <param name="Epoch">Under which epoch it was begun.</param>
/// <param name="IsOfAgent">Whether a model is asked, which says what it used.</param>
/// <param name="IsOnce">Whether it must not be made twice.</param>
/// <param name="Since">When it began.</param>
internal sealed record FamilyCall(RunWork.Attempt Attempt, Epoch Epoch, bool IsOfAgent, bool IsOnce, DateTimeOffset Since)
{
    /// <summary>What the world answers.</summary>
    public RunCommand Report(Script script) => script.Answer(Attempt.Activity, Attempt.Number) switch
    {
        RunCommand.ReportSuccess tool when !IsOfAgent => tool with { Usage = null },
        RunCommand.ReportFailure tool when !IsOfAgent => tool with { Usage = null },
        var report => report,
    };
}
