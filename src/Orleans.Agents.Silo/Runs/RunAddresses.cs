using System.Collections.Concurrent;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Silo.Runs;

/// <summary>The runs that have their grain on this silo.</summary>
internal sealed class RunAddresses
{
    private readonly ConcurrentDictionary<RunId, RunGrain> grains = [];

    /// <summary>How many there are.</summary>
    public int Count => grains.Count;

    public bool Has(RunId run) => grains.ContainsKey(run);

    public void Add(RunId run, RunGrain grain) => grains[run] = grain;

    public void Remove(RunId run, RunGrain grain) => grains.TryRemove(KeyValuePair.Create(run, grain));
}
