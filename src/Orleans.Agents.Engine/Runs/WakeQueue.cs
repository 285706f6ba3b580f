namespace Orleans.Agents.Runs;

/// <summary>
/// Opens runs that are woken one by one, all that came while the last were being opened at once: a claim of hundreds costs
/// the store hardly more than a claim of one.
/// </summary>
internal sealed class WakeQueue(RunOpener opener, Dispatch dispatch, CancellationToken stopping) : IThreadPoolWorkItem
{
    private const int MostAtOnce = 500;

    private readonly Lock gate = new();
    private List<WaitingWake> waiting = [];
    private bool isOpening;

    /// <summary>Carries a run on, if nobody does and it is not over; answers when this process carries it.</summary>
    /// <exception cref="HistoryException">Its history cannot be understood.</exception>
    /// <exception cref="Journal.StoreException">The store cannot be reached.</exception>
    public Task WakeAsync(RunId run)
    {
        var wake = new WaitingWake(run, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (gate)
        {
            waiting.Add(wake);
            if (!isOpening)
            {
                isOpening = true;
                dispatch(this);
            }
        }

        return wake.Answer.Task;
    }

    void IThreadPoolWorkItem.Execute() => _ = OpenAsync();

    private async Task OpenAsync()
    {
        while (Take() is { Count: > 0 } wakes)
        {
            var opened = opener.OpenAsync([.. wakes.Select(wake => wake.Run)], stopping);
            await Task.WhenAny(opened);
            Answer(wakes, opened);
        }
    }

    private List<WaitingWake> Take()
    {
        lock (gate)
        {
            var some = waiting.Count <= MostAtOnce ? waiting : waiting.GetRange(0, MostAtOnce);
            waiting = waiting.Count <= MostAtOnce ? [] : waiting[MostAtOnce..];
            isOpening = some.Count > 0;
            return some;
        }
    }

    private static void Answer(List<WaitingWake> wakes, Task<OpenedRuns> opened)
    {
        if (!opened.IsCompletedSuccessfully)
        {
            // Whoever woke them is told why, each of them.
            wakes.ForEach(wake => wake.Answer.TrySetFromTask(opened));
            return;
        }

        foreach (var (run, why) in opened.Result.Unreadable)
        {
            wakes.Where(wake => wake.Run == run).ToList().ForEach(wake => wake.Answer.TrySetException(why));
        }

        wakes.ForEach(wake => wake.Answer.TrySetResult());
    }

    private sealed record WaitingWake(RunId Run, TaskCompletionSource Answer);
}
