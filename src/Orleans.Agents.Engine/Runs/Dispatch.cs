namespace Orleans.Agents.Runs;

/// <summary>
/// Where the engine puts work it does not wait for: the thread pool, or what a simulated process does next. Nothing else
/// in the engine chooses a thread; all that is awaited goes on where it was awaited.
/// </summary>
internal delegate void Dispatch(IThreadPoolWorkItem item);

internal static class Dispatching
{
    // In the order it came: a thread's own queue would start the last branch of a fan-out first.
    public static Dispatch ToThreadPool { get; } =
        static item => ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);

    /// <summary>Cancels elsewhere: what is registered to happen then is other people's code.</summary>
    public static Task CancelAsync(this Dispatch dispatch, CancellationTokenSource source)
    {
        var cancelling = new Cancelling(source);
        dispatch(cancelling);
        return cancelling.Done;
    }

    private sealed class Cancelling(CancellationTokenSource source) : IThreadPoolWorkItem
    {
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => done.Task;

        public void Execute()
        {
            try
            {
                source.Cancel();
                done.SetResult();
            }
            catch (AggregateException thrown)
            {
                done.SetException(thrown);
            }
        }
    }
}
