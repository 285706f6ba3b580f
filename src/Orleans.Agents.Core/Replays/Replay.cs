using System.Collections.Immutable;
using Orleans.Agents.Runs;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Replays;

/// <summary>
/// Decides a run's journal again, append by append: the facts of each tell what the run was told, and the rules must make
/// the very same facts of that. What came from outside is in the journal and is taken as it stands there.
/// </summary>
public sealed class Replay
{
    private readonly Workflow workflow;
    private readonly ImmutableArray<Unverified>.Builder unverified = ImmutableArray.CreateBuilder<Unverified>();

    /// <summary>A replay from the first append of a run on.</summary>
    /// <param name="workflow">The definition the run is pinned to.</param>
    public Replay(Workflow workflow)
        : this(workflow, RunState.Initial)
    {
    }

    /// <summary>A replay from some state on.</summary>
    internal Replay(Workflow workflow, RunState state)
    {
        this.workflow = workflow;
        State = state;
    }

    /// <summary>The run's state as it was decided so far.</summary>
    public RunState State { get; private set; }

    /// <summary>The first fact that is decided differently; null while none is.</summary>
    public Difference? Difference { get; private set; }

    /// <summary>What could not be decided again, because the journal does not hold all that led to it.</summary>
    public ImmutableArray<Unverified> Unverified => unverified.ToImmutable();

    /// <summary>Is told each command that was found out, the run's state before it, and when it was.</summary>
    internal Action<RunState, RunCommand, DateTimeOffset>? Found { get; init; }

    /// <summary>Decides one append again.</summary>
    /// <param name="recorded">Its facts.</param>
    /// <param name="at">When they happened.</param>
    /// <returns>Whether they are decided the same; after the first difference nothing more is compared.</returns>
    public bool Take(ImmutableArray<RunEvent> recorded, DateTimeOffset at)
    {
        // One append may hold what follows from several commands: the run's mailbox is decided in one go.
        var append = State.Version + recorded.Length;
        for (var first = 0; Difference is null && first < recorded.Length;)
        {
            first += Decide(recorded, first, at, append);
        }

        return Difference is null;
    }

    /// <summary>Compares a snapshot that was kept with what the facts up to here make of the run.</summary>
    /// <returns>Whether it is the same.</returns>
    public bool Check(RunState snapshot)
    {
        Difference ??= FactComparison.Between(snapshot, State);
        return Difference is null;
    }

    // How many facts one command accounts for.
    private int Decide(ImmutableArray<RunEvent> recorded, int first, DateTimeOffset at, long append)
    {
        Mismatch? nearest = null;
        foreach (var command in Telling.Of(workflow, State, recorded, first, at))
        {
            var decision = Run.Decide(workflow, State, command, at);
            var same = decision is Decision.Accepted accepted ? FactComparison.CountSame(accepted.Events, recorded, first) : 0;
            if (decision is Decision.Accepted { At: var when, Events.Length: var all } decided && same == all && when == at)
            {
                if (Telling.WhatIsMissing(State, recorded[first]) is { } missing)
                {
                    unverified.Add(new Unverified(State.Version + 1, missing));
                }

                Found?.Invoke(State, command, at);
                State = decided.Next;
                return all;
            }

            nearest = nearest?.Same >= same ? nearest : new Mismatch(decision, same);
        }

        Difference = FactComparison.Describe(nearest, recorded, first, State.Version + 1, at, append);
        return 0;
    }
}

/// <summary>What a command led to instead of what is recorded.</summary>
/// <param name="Decision">That.</param>
/// <param name="Same">How many of its facts are as recorded.</param>
internal sealed record Mismatch(Decision Decision, int Same);

/// <summary>A fact that could not be decided again.</summary>
/// <param name="Version">Which fact of the run, counted from 1.</param>
/// <param name="Why">What is not in its journal.</param>
public sealed record Unverified(long Version, string Why);
