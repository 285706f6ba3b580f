namespace Orleans.Agents.Server.Bench;

/// <summary>What the bench is told by flags.</summary>
internal sealed class BenchOptions
{
    /// <summary>Which workload: <c>load</c>, <c>latency</c>, <c>parked</c>, <c>cold-start</c>, <c>takeover</c>, <c>follow</c>, <c>crowd</c>, or <c>all</c>.</summary>
    public string Workload { get; set; } = "all";

    /// <summary>How many runs of ten steps make one figure of the load.</summary>
    public int Runs { get; set; } = 2_000;

    /// <summary>How many starts make one figure of the latency.</summary>
    public int Starts { get; set; } = 2_000;

    /// <summary>How many runs wait for an hour.</summary>
    public int Parked { get; set; } = 100_000;

    /// <summary>For how many seconds those who carry nothing are watched.</summary>
    public int Watched { get; set; } = 10;

    /// <summary>How many runs are under way when everything crashes, or the one node that carries them comes to its end.</summary>
    public int Crashed { get; set; } = 200;

    /// <summary>How often a node comes to each end.</summary>
    public int Rounds { get; set; } = 3;

    /// <summary>How many runs are followed at once, by two each.</summary>
    public int Followed { get; set; } = 20;

    /// <summary>
    /// For how many seconds those who follow are left alone before the node is watched once more: until then it compiles what it
    /// used much while they joined.
    /// </summary>
    public int Settling { get; set; } = 60;

    /// <summary>How many follow at once at one node.</summary>
    public int Followers { get; set; } = 10_000;
}
