namespace Orleans.Agents.Silo.Agents;

/// <summary>
/// Divides the calls of an agent that may be under way among the silos that want them. What was granted to a silo that is not
/// heard of any more is free again after a while.
/// </summary>
internal sealed class AgentShares(TimeProvider time)
{
    /// <summary>How long a silo may be silent: far longer than it takes the cluster to notice that it is dead.</summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, Share> shares = new(StringComparer.Ordinal);

    /// <summary>Says how many calls a silo may have under way.</summary>
    public int Grant(string silo, int underWay, int wanted, int most)
    {
        foreach (var (silent, _) in shares.Where(s => time.GetElapsedTime(s.Value.HeardAt) > LongestSilence).ToList())
        {
            shares.Remove(silent);
        }

        var others = shares.Where(share => share.Key != silo).Select(share => share.Value).ToList();
        var free = most - others.Sum(share => share.Taken);

        // Who wants more than an equal share gives way to who wants one, as its calls end.
        var hungry = others.Count(share => share.Wanted > share.Granted);
        var fair = hungry == 0 ? most : Math.Max(1, most / (hungry + 1));
        var granted = Math.Max(0, Math.Min(Math.Min(wanted, fair), free));
        shares[silo] = new Share(granted, underWay, wanted, time.GetTimestamp());
        return granted;
    }

    private sealed record Share(int Granted, int UnderWay, int Wanted, long HeardAt)
    {
        /// <summary>What others cannot have: what was granted, and what is under way still beyond that.</summary>
        public int Taken => Math.Max(Granted, UnderWay);
    }
}
