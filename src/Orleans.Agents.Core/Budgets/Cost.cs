namespace Orleans.Agents.Budgets;

/// <summary>What something costs or may cost, in everything that a budget bounds. What is null is nothing.</summary>
/// <param name="Activities">Attempts at activities.</param>
/// <param name="Launches">Runs that are launched.</param>
/// <param name="Tokens">Tokens read and written by models.</param>
/// <param name="MicroUsd">Money, in millionths of a US dollar.</param>
/// <param name="Time">How long attempts are under way, added up.</param>
public sealed record Cost(
    long? Activities = null,
    long? Launches = null,
    long? Tokens = null,
    long? MicroUsd = null,
    TimeSpan? Time = null)
{
    /// <summary>Nothing at all.</summary>
    public static Cost Nothing { get; } = new();

    /// <summary>Two costs together; null when both are nothing.</summary>
    public static Cost? Sum(Cost? one, Cost? other) => one is null ? other : other is null ? one : new Cost(
        Sum(one.Activities, other.Activities),
        Sum(one.Launches, other.Launches),
        Sum(one.Tokens, other.Tokens),
        Sum(one.MicroUsd, other.MicroUsd),
        TimeOf(Sum(one.Time?.Ticks, other.Time?.Ticks))).OrNull();

    /// <summary>What is left of a cost when a part of it is taken away; null when that is nothing.</summary>
    public static Cost? Less(Cost? all, Cost? part) => part is null ? all : new Cost(
        Less(all?.Activities, part.Activities),
        Less(all?.Launches, part.Launches),
        Less(all?.Tokens, part.Tokens),
        Less(all?.MicroUsd, part.MicroUsd),
        TimeOf(Less(all?.Time?.Ticks, part.Time?.Ticks))).OrNull();

    /// <summary>The same, null when it is nothing.</summary>
    public Cost? OrNull() => this is
    { Activities: null or 0, Launches: null or 0, Tokens: null or 0, MicroUsd: null or 0, Time: null or { Ticks: 0 } } ? null : this;

    // What a model says it used is not ours to believe: a sum too large to write is as large as can be written.
    private static long? Sum(long? one, long? other)
    {
        var (a, b) = (one ?? 0, other ?? 0);
        return a > long.MaxValue - b ? long.MaxValue : a + b is not 0 and var sum ? sum : null;
    }

    private static long? Less(long? all, long? part) => (all ?? 0) - (part ?? 0) is not 0 and var rest ? rest : null;

    private static TimeSpan? TimeOf(long? ticks) => ticks is { } some ? new TimeSpan(some) : null;
}
