using System.Collections.Immutable;

namespace Orleans.Agents.Silo.Agents;

/// <summary>
/// Divides the calls of an agent that may begin among the silos that want them. A permit counts as a call from the moment it is
/// granted until its silo has said what became of it, and, if it says nothing, as if it had been used in its last moment: so
/// within any time of the rate no more calls begin than it allows, whoever dies and whatever is lost on the way.
/// </summary>
internal sealed class RateShares(TimeProvider time)
{
    // Whoever wants permits asks at least once a second; who does not, does not keep the others waiting.
    private static readonly TimeSpan Presence = TimeSpan.FromSeconds(3);

    private readonly Dictionary<string, Share> shares = new(StringComparer.Ordinal);
    private readonly long opened = time.GetTimestamp();
    private TimeSpan settledAt;
    private TimeSpan longest;

    private TimeSpan Now => time.GetElapsedTime(opened);

    /// <summary>Whether any silo has told of the rate.</summary>
    public bool IsKnown => shares.Count > 0;

    /// <summary>Answers what a silo says.</summary>
    public RateGrant Grant(string silo, RateReport said)
    {
        var (now, per) = (Now, TimeSpan.FromMilliseconds(said.Per));
        var known = shares.GetValueOrDefault(silo);
        if (known is not null && said.Number <= known.Number)
        {
            return new RateGrant(0, 0); // it was overtaken by a later one, and nobody waits for the answer any more
        }

        longest = per > longest ? per : longest;
        Forget(now);
        var needs = Math.Max(0, said.Wanted - said.Held);
        var share = new Share(
            said.Number,
            [.. said.Begun.Select(begun => (now - TimeSpan.FromMilliseconds(begun.Ago), begun.Count))],
            said.Held,
            now + RatePermits.Validity,
            needs,
            needs == 0 ? null : known?.HungrySince ?? now,
            now);
        shares[silo] = share;
        if (now < settledAt)
        {
            return new RateGrant(0, Milliseconds(settledAt - now));
        }

        var free = said.Calls - shares.Values.Sum(one => one.Taken(now, per));
        var granted = Math.Clamp(PartOf(silo, share, said.Calls, free, now), 0, Math.Max(0, free));
        shares[silo] = share with
        {
            Held = said.Held + granted,
            Needs = needs - granted,
            HungrySince = needs == granted ? null : granted > 0 ? now : share.HungrySince,
        };
        return new RateGrant(granted, free > granted ? 0 : Milliseconds(NextFree(now, per)));
    }

    /// <summary>What is to be kept.</summary>
    /// <param name="isOver">Whether nothing is granted any more.</param>
    public RateState Save(bool isOver)
    {
        var (now, utc) = (Now, time.GetUtcNow());
        Forget(now);
        return new RateState(
            !isOver || now < settledAt,
            Milliseconds(longest),
            [
                .. shares.Select(share => new RateStateOfSilo(
                    share.Key,
                    share.Value.Held,
                    utc + (share.Value.HeldUntil - now),
                    [.. share.Value.Begun.Select(begun => new RateStateOfCalls(utc + (begun.At - now), begun.Count))])),
            ]);
    }

    /// <summary>
    /// Goes on from what was kept. If more may have been granted since, nothing is granted until that is used or void and
    /// all silos that are left have said what they did.
    /// </summary>
    public void Restore(RateState kept)
    {
        var (now, utc) = (Now, time.GetUtcNow());
        longest = TimeSpan.FromMilliseconds(kept.Longest);
        foreach (var silo in kept.Silos)
        {
            shares[silo.Silo] = new Share(
                0,
                [.. silo.Begun.Select(begun => (now - Past(utc - begun.At), begun.Count))],
                silo.Held,
                now + (silo.HeldUntil - utc),
                0,
                null,
                now);
        }

        settledAt = kept.IsOpen ? now + RatePermits.Validity : now;
    }

    // Who has waited longest comes first; the others leave it an equal part of all there is, and then it is their turn.
    private int PartOf(string silo, Share share, int calls, int free, TimeSpan now)
    {
        var others = shares
            .Where(one => one.Key != silo && one.Value.HungrySince is not null && now - one.Value.HeardAt <= Presence)
            .Select(one => one.Value)
            .ToList();
        if (others.Count == 0)
        {
            return share.Needs;
        }

        var part = Math.Max(1, calls / (others.Count + 1));
        var theirs = others.Where(one => one.HungrySince < share.HungrySince).Sum(one => Math.Min(one.Needs, part));
        return Math.Min(Math.Min(share.Needs, part), free - theirs);
    }

    private TimeSpan NextFree(TimeSpan now, TimeSpan per) => shares.Values
        .SelectMany(share => share.Begun)
        .Where(begun => begun.At > now - per)
        .Select(begun => begun.At + per - now)
        .DefaultIfEmpty(TimeSpan.FromSeconds(1))
        .Min();

    private void Forget(TimeSpan now)
    {
        foreach (var (silo, share) in shares.ToList())
        {
            if (now - share.HeardAt > RatePermits.Validity && share.Taken(now, longest) == 0)
            {
                shares.Remove(silo);
            }
        }
    }

    // The clock of the silo where this was kept may be ahead of this one's.
    private static TimeSpan Past(TimeSpan ago) => ago > TimeSpan.Zero ? ago : TimeSpan.Zero;

    private static long Milliseconds(TimeSpan time) => (long)Math.Ceiling(time.TotalMilliseconds);

    private sealed record Share(
        long Number,
        ImmutableArray<(TimeSpan At, int Count)> Begun,
        int Held,
        TimeSpan HeldUntil,
        int Needs,
        TimeSpan? HungrySince,
        TimeSpan HeardAt)
    {
        public int Taken(TimeSpan now, TimeSpan per) =>
            Begun.Where(begun => begun.At > now - per).Sum(begun => begun.Count) + (HeldUntil > now - per ? Held : 0);
    }
}
