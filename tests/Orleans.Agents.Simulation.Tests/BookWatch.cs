using System.Collections.Immutable;
using Orleans.Agents.Budgets;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Simulation.Tests;

/// <summary>
/// A second pair of books of one run, kept from its facts alone: what was set aside for whom, and what became of it. The
/// run's own have to say the same after each append.
/// </summary>
internal sealed class BookWatch
{
    private readonly Dictionary<(int Visit, int Branch, int Attempt), Held> held = [];
    private readonly HashSet<(int Visit, int Branch, int Attempt)> made = [];
    private readonly HashSet<(int Visit, int Branch, int Attempt)> abandoned = [];
    private Sums settled;
    private Sums lost;
    private DateTimeOffset before;
    private bool isSuspended;

    /// <summary>Whether something was charged of which nobody knows.</summary>
    public bool HasLost => lost != default;

    /// <summary>An attempt begins somewhere.</summary>
    public void Began(ActivityId activity, int attempt) => made.Add((activity.Visit, activity.Branch, attempt));

    /// <summary>Facts were stored.</summary>
    public void Stored(ImmutableArray<RunEvent> events, DateTimeOffset at, RunState state)
    {
        foreach (var happened in events)
        {
            Enter(happened, at);
        }

        before = at;
        var books = state.Books ?? new Books();
        var reserved = held.Values.Aggregate(default(Sums), (sum, one) => sum + one.Sums);
        Compare("reserved", reserved, Sums.Of(books.Reserved));
        Compare("settled", settled, Sums.Of(books.Settled));
        Compare("lost", lost, Sums.Of(books.Lost));
        var taken = reserved + settled + lost;
        var bounds = state.Bounds!;
        Within("tokens", taken.Tokens, bounds.Tokens);
        Within("money", taken.MicroUsd, bounds.MicroUsd);
        Within("activities", taken.Activities + state.ActivitiesUsed, bounds.Activities);
        Within("launches", taken.Launches + (state.LaunchesUsed ?? 0), bounds.Launches);
        Invariant.Check(
            !state.IsOver || reserved == default, Invariant.BooksBalance, $"at its end the run has {reserved} set aside");
    }

    /// <summary>What a child was given and what it told of itself at its end are what the child says.</summary>
    public static void Compare(RunState child, Books? told)
    {
        var own = Books.Of(child);
        Compare("settled of a child", Sums.Of(own.Settled), Sums.Of(told?.Settled));
        Compare("lost of a child", Sums.Of(own.Lost), Sums.Of(told?.Lost));
    }

    private void Enter(RunEvent happened, DateTimeOffset at)
    {
        switch (happened)
        {
            case RunEvent.StateEntered { Reserved: { } cost } e:
                held.Add((e.Visit, 0, 1), new Held(Sums.Of(cost), isSuspended ? at : null));
                break;
            case RunEvent.BranchesStarted { Reserved: { } costs } e:
                foreach (var i in Enumerable.Range(0, e.Count).Where(i => costs[i] != Cost.Nothing))
                {
                    held.Add((e.Visit, e.First + i, 1), new Held(Sums.Of(costs[i]), isSuspended ? at : null));
                }

                break;
            case RunEvent.RetryScheduled { Reserved: { } cost } e:
                held.Add((e.Visit, e.Branch, e.Attempt), new Held(Sums.Of(cost), e.NotBefore));
                break;
            case RunEvent.ChildStarted { Reserved: { } cost } e:
                held.Add((e.Visit, e.Branch, e.Attempt), new Held(Sums.Of(cost)) { IsChild = true });
                break;
            case RunEvent.RunLaunched { Spent: { } cost }:
                settled += Sums.Of(cost);
                break;
            case RunEvent.ActivitySucceeded e:
                Settle((e.Visit, e.Branch, e.Attempt), e.Usage, e.Spent);
                break;
            case RunEvent.ChildAbandoned e:
                abandoned.Add((e.Visit, e.Branch, e.Attempt));
                break;
            case RunEvent.ActivityFailed e when abandoned.Remove((e.Visit, e.Branch, e.Attempt)):
                break; // what the child used it tells at its end
            case RunEvent.ActivityFailed e:
                Settle((e.Visit, e.Branch, e.Attempt), e.Usage, e.Spent);
                break;
            case RunEvent.LateResult e:
                Settle((e.Visit, e.Branch, e.Attempt), e.Usage, e.Spent);
                break;
            case RunEvent.Forked { State: var checkpoint }:
                (settled, lost) = (Sums.Of(checkpoint.Books?.Settled), Sums.Of(checkpoint.Books?.Lost));
                foreach (var (branch, open) in checkpoint.Open.Where(open => open.Value.Reserved is not null))
                {
                    held.Add((checkpoint.Visit, branch, open.Attempt), new Held(Sums.Of(open.Reserved), open.IsRetry ? open.Since : null));
                }

                break;
            case RunEvent.TakenOver e:
                TakeOver(e, at);
                break;
            case RunEvent.Suspended e when !isSuspended:
                Suspend(e, at);
                break;
            case RunEvent.Resumed:
                isSuspended = false;
                held.Values.ToList().ForEach(one => one.NotBefore = one.NotBefore > at ? one.NotBefore : null);
                break;
            case RunEvent.StateLeft or RunEvent.Closing:
                Leave(at);
                break;
            case RunEvent.Succeeded or RunEvent.Failed:
                Leave(at);
                lost = held.Values.Aggregate(lost, (sum, one) => sum + one.Sums);
                held.Clear();
                break;
        }
    }

    private void Settle((int Visit, int Branch, int Attempt) key, Usage? usage, Books? spent)
    {
        if (!held.Remove(key, out var was))
        {
            return;
        }

        if (spent is not null)
        {
            settled += Sums.Of(spent.Settled);
            lost += Sums.Of(spent.Lost);
        }
        else if ((usage?.InputTokens ?? usage?.OutputTokens) is null)
        {
            lost += was.Sums;
        }
        else
        {
            var money = usage!.MicroUsd;
            settled += new Sums(0, 0, (usage.InputTokens ?? 0) + (usage.OutputTokens ?? 0), money ?? 0, 0);
            lost += new Sums(0, 0, 0, money is null ? was.Sums.MicroUsd : 0, 0);
        }
    }

    // Of what was held back nobody has made anything; what waits for a moment is not made either until the run is resumed.
    private void Suspend(RunEvent.Suspended suspended, DateTimeOffset at)
    {
        isSuspended = true;
        foreach (var (key, one) in held.Where(one => one.Value is { IsChild: false, IsLeft: false }))
        {
            one.NotBefore = one.NotBefore > at ? one.NotBefore
                : suspended.Held?.Contains(key.Branch) is true ? at
                : null;
        }
    }

    private bool IsHeldBack(Held one, DateTimeOffset at) => isSuspended ? one.NotBefore is not null : one.NotBefore > at;

    // What the old owner had under way is gone, and as much is set aside for what is made in its place. One that put the
    // run down before an attempt was due may have begun it all the same, if its clock was set back since.
    private void TakeOver(RunEvent.TakenOver taken, DateTimeOffset at)
    {
        foreach (var (key, one) in held.Where(one => one.Value is { IsChild: false, IsLeft: false }))
        {
            Invariant.Check(
                taken.WasPutDown is not true || !made.Contains(key) || one.NotBefore > before || isSuspended,
                Invariant.BooksBalance,
                $"{key} was made, and who takes the run over does not charge it");
            if (taken.WasPutDown is not true && !IsHeldBack(one, at))
            {
                lost += one.Sums;
            }

            one.NotBefore = one.NotBefore > at ? one.NotBefore : isSuspended ? at : null;
        }
    }

    private void Leave(DateTimeOffset at)
    {
        foreach (var (key, one) in held.Where(one => !one.Value.IsLeft).ToList())
        {
            one.IsLeft = true;
            if (IsHeldBack(one, at))
            {
                held.Remove(key);
            }
        }
    }

    private static void Compare(string what, Sums expected, Sums found) => Invariant.Check(
        expected == found, Invariant.BooksBalance, $"{what}: the facts say {expected}, the books {found}");

    private static void Within(string what, long taken, long? bound) => Invariant.Check(
        !(taken > bound), Invariant.WithinBudget, $"{taken} of {what} are taken of {bound}");

    private sealed record Held(Sums Sums, DateTimeOffset? NotBefore = null)
    {
        public DateTimeOffset? NotBefore { get; set; } = NotBefore;

        public bool IsChild { get; init; }

        public bool IsLeft { get; set; }
    }

    private readonly record struct Sums(long Activities, long Launches, long Tokens, long MicroUsd, long Ticks)
    {
        public static Sums operator +(Sums one, Sums other) => new(
            one.Activities + other.Activities,
            one.Launches + other.Launches,
            one.Tokens + other.Tokens,
            one.MicroUsd + other.MicroUsd,
            one.Ticks + other.Ticks);

        public static Sums Of(Cost? cost) => new(
            cost?.Activities ?? 0, cost?.Launches ?? 0, cost?.Tokens ?? 0, cost?.MicroUsd ?? 0, cost?.Time?.Ticks ?? 0);
    }
}
