using Orleans.Agents.Models;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Silo.Agents;

/// <summary>
/// The permits to call an agent that this silo has, and the calls that began with them. What is not used goes back with the
/// next report. Its owner has the lock.
/// </summary>
internal sealed class RatePermits(TimeProvider time)
{
    /// <summary>
    /// How long permits are good for after the silo asked for them, or reported them last: what a silo that dies takes along
    /// is lost no longer than that, and the time of the rate.
    /// </summary>
    public static readonly TimeSpan Validity = TimeSpan.FromSeconds(5);

    // A silo goes on saying what it did until the agent's grain has surely saved it.
    private static readonly TimeSpan Remembrance = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(1);
    private const int Ahead = 10;

    private readonly long opened = time.GetTimestamp();
    private readonly CallLog log = new();
    private CallRate? rate;
    private int held;
    private TimeSpan heldUntil;
    private TimeSpan askedAt;
    private long number;

    private TimeSpan Now => time.GetElapsedTime(opened);

    /// <summary>Whether the agent's grain still has to be told of something.</summary>
    public bool HasNews => held > 0 || log.Within(Remembrance, Now).Any();

    /// <summary>Lets a call begin, if it has no rate or there is a permit for it.</summary>
    public bool TryBegin(CallRate? asked)
    {
        var now = Now;
        if (asked is not null)
        {
            if (asked != rate)
            {
                (rate, held) = (asked, 0); // permits were granted under one rate; under another they mean something else
                log.LookBack(asked);
            }

            if (held == 0 || heldUntil <= now)
            {
                return false;
            }

            held--;
        }

        log.Add(now);
        return true;
    }

    /// <summary>What to tell the agent's grain; null when there is no rate.</summary>
    /// <param name="waiting">How many calls wait.</param>
    public RateReport? Report(int waiting)
    {
        if (rate is null)
        {
            return null;
        }

        var now = Now;
        var wanted = Math.Min(rate.Calls, waiting + AheadOf(waiting, now));
        held = heldUntil <= now ? 0 : Math.Min(held, wanted);
        askedAt = now;
        return new RateReport(
            ++number,
            rate.Calls,
            (long)rate.Per.TotalMilliseconds,
            held,
            wanted,
            [.. log.Within(log.Longest, now).Select(mark => new BegunCalls((long)(now - mark.Last).TotalMilliseconds, mark.Count))]);
    }

    /// <summary>Takes what was granted upon the last report.</summary>
    public void Take(RateReport said, RateGrant? grant)
    {
        if (rate is null || said.Calls != rate.Calls || said.Per != (long)rate.Per.TotalMilliseconds)
        {
            return; // it goes back: the next report is about another rate
        }

        held += grant?.Permits ?? Alone(rate);
        heldUntil = askedAt + Validity;
    }

    // As long as the agent's grain is of a version that knows of no rates, each silo keeps to the rate by itself.
    private int Alone(CallRate alone) =>
        Math.Max(0, alone.Calls - held - log.Within(alone.Per, Now).Sum(mark => mark.Count));

    // What was done in the last second may be done in the next; nothing is held for an agent that nobody calls.
    private int AheadOf(int waiting, TimeSpan now)
    {
        var lately = log.Within(Lately, now).Sum(mark => mark.Count);
        return waiting == 0 && lately == 0 ? 0 : Math.Max(lately, Math.Min(rate!.Calls / Ahead, Ahead));
    }
}
