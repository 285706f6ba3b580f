using System.Collections.Immutable;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Replays;

/// <summary>
/// Decides a recorded run by another definition, as if its agents, tools and children had answered the same: what they answered is
/// taken from the journal, by state, visit of that state, branch and attempt. Nothing is executed.
/// </summary>
public sealed class Comparison
{
    private readonly Replay replay;
    private readonly OtherRun other;
    private readonly List<(RunEvent Fact, long Append)> recorded = [];

    /// <summary>A comparison from the first append of a run on.</summary>
    /// <param name="pinned">The definition the run is pinned to.</param>
    /// <param name="other">The definition it is compared under.</param>
    public Comparison(Workflow pinned, Workflow other)
    {
        this.other = new OtherRun(other);
        replay = new Replay(pinned) { Found = (state, command, at) => this.other.Tell(pinned, state, command, at) };
    }

    /// <summary>Takes in one append.</summary>
    /// <param name="events">Its facts.</param>
    /// <param name="at">When they happened.</param>
    /// <returns>Whether it could be; what was not decided like this by its own definition says nothing about another.</returns>
    public bool Take(ImmutableArray<RunEvent> events, DateTimeOffset at)
    {
        var append = replay.State.Version + events.Length;
        recorded.AddRange(events.Select(fact => (fact, append)));
        return replay.Take(events, at);
    }

    /// <summary>Goes on as far as results are recorded, and says what came of it.</summary>
    public ComparisonResult Finish()
    {
        var difference = Compare();
        if (difference is not null)
        {
            other.GoOn();
        }

        return new ComparisonResult(
            replay.Difference, other.Refusal, difference, Same(), other.Missing(), other.Unused, other.State, replay.Unverified);
    }

    private Difference? Compare()
    {
        var same = Same();
        var theirs = same < recorded.Count ? recorded[same].Fact : null;
        var ours = same < other.Facts.Count ? other.Facts[same] : null;
        return replay.Difference is not null || other.Refusal is not null || (theirs is null && ours is null)
            ? null
            : FactComparison.Between(
                Nameless(theirs), Nameless(ours), same + 1, recorded[Math.Min(same, recorded.Count - 1)].Append);
    }

    private int Same()
    {
        var same = 0;
        while (same < recorded.Count
            && same < other.Facts.Count
            && FactComparison.IsSame(Nameless(recorded[same].Fact)!, Nameless(other.Facts[same])!))
        {
            same++;
        }

        return same;
    }

    // That it is another definition is not what it is compared for.
    private static RunEvent? Nameless(RunEvent? fact) => fact switch
    {
        RunEvent.Started e => e with { Origin = Nameless(e.Origin) },
        RunEvent.Forked e => new RunEvent.Forked(e.State with { Origin = Nameless(e.State.Origin!) }),
        _ => fact,
    };

    private static RunOrigin Nameless(RunOrigin origin) => origin with { Workflow = "", Hash = "", Version = null };
}

/// <summary>What came of deciding a run by another definition.</summary>
/// <param name="Replayed">Where the run is decided differently by its own definition; then there is nothing to compare.</param>
/// <param name="Refusal">Why the other definition would not begin such a run; null when it would.</param>
/// <param name="Difference">The first fact that comes out differently; null when none does.</param>
/// <param name="Same">How many facts come out the same before it.</param>
/// <param name="Missing">The attempts that the other definition asks for and of which no result is recorded.</param>
/// <param name="Unused">How many recorded results it never asks for.</param>
/// <param name="State">How far the run comes by it.</param>
/// <param name="Unverified">What could not be decided again by the run's own definition.</param>
public sealed record ComparisonResult(
    Difference? Replayed,
    string? Refusal,
    Difference? Difference,
    long Same,
    ImmutableArray<MissingResult> Missing,
    int Unused,
    RunState State,
    ImmutableArray<Unverified> Unverified);

/// <summary>An attempt of which no result is recorded.</summary>
/// <param name="State">The state that asks for it.</param>
/// <param name="Cycle">Which visit of that state.</param>
/// <param name="Branch">The branch's name, or the number of its item; empty where there are none.</param>
/// <param name="Attempt">Which attempt.</param>
public readonly record struct MissingResult(string State, int Cycle, string Branch, int Attempt);
