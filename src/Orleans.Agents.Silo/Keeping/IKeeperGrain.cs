namespace Orleans.Agents.Silo.Keeping;

/// <summary>One of the partitions of the keeper's backstop, by its number.</summary>
[Alias("agents.keeper")]
internal interface IKeeperGrain : IGrainWithIntegerKey
{
    /// <summary>Sees to it that the partition's reminder is set.</summary>
    [Alias("watch")]
    Task WatchAsync();
}
