namespace Orleans.Agents.EndToEnd.Tests.Processes;

/// <summary>Waits for what other processes do, by looking: nothing of theirs can be waited on.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Looks until it is so.</summary>
    /// <exception cref="TimeoutException">It was not so in time; the message says what is.</exception>
    public static async Task TrueAsync(Func<Task<bool>> isSo, TimeSpan patience, Func<string> whatIs)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            if (TimeProvider.System.GetElapsedTime(since) > patience)
            {
                throw new TimeoutException($"After {patience}: {whatIs()}");
            }

            await Task.Delay(Pause);
        }
    }

    public static Task TrueAsync(Func<bool> isSo, TimeSpan patience, Func<string> whatIs) =>
        TrueAsync(() => Task.FromResult(isSo()), patience, whatIs);
}
