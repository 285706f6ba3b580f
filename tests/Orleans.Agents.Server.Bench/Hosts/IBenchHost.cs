namespace Orleans.Agents.Server.Bench.Hosts;

/// <summary>What carries runs and can be asked to start some.</summary>
internal interface IBenchHost : IAsyncDisposable
{
    /// <summary>Starts a run; it is durable when this ends.</summary>
    /// <param name="workflow">Its workflow.</param>
    /// <param name="turn">Whose turn it is to be asked, where there are several.</param>
    Task StartRunAsync(string workflow, int turn);
}

/// <summary>Callers who ask for starts at once.</summary>
internal static class Callers
{
    /// <summary>Starts runs until there are so many, so many callers at once.</summary>
    /// <returns>How long each start took, in milliseconds, shortest first.</returns>
    public static async Task<IReadOnlyList<double>> StartAsync(this IBenchHost host, string workflow, int runs, int callers)
    {
        var last = -1;
        var all = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(CallAsync)));
        return [.. all.SelectMany(took => took).Order()];

        async Task<List<double>> CallAsync()
        {
            var took = new List<double>();
            while (Interlocked.Increment(ref last) is var turn && turn < runs)
            {
                var since = TimeProvider.System.GetTimestamp();
                await host.StartRunAsync(workflow, turn);
                took.Add(TimeProvider.System.GetElapsedTime(since).TotalMilliseconds);
            }

            return took;
        }
    }
}
