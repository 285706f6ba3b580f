using System.Collections.Concurrent;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Runs;

/// <summary>That something of a run has come near its limit.</summary>
/// <param name="Run">The run.</param>
/// <param name="Workflow">The workflow's name.</param>
/// <param name="Warning">What has.</param>
public sealed record SizeNotice(RunId Run, string Workflow, SizeWarning Warning);

/// <summary>
/// Tells of what came near its limit, when that is durable: the log, whoever measures, and whoever the application names. The
/// last is other people's code, and no run waits for it.
/// </summary>
internal sealed class SizeNotices(RunServices services) : IThreadPoolWorkItem
{
    private const int MostWaiting = 1_000;

    private readonly ConcurrentQueue<SizeNotice> waiting = [];
    private int isTelling;

    /// <summary>Tells of the warnings that came with some facts.</summary>
    public void TellOf(RunId run, Decision.Accepted stored)
    {
        if (stored.Next.Warnings is not { } warnings)
        {
            return;
        }

        var before = stored.Next.Version - stored.Events.Length;
        foreach (var warning in warnings)
        {
            if (warning.Version > before)
            {
                Tell(new SizeNotice(run, stored.Next.Origin!.Workflow, warning));
            }
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            while (waiting.TryDequeue(out var notice))
            {
                Call(notice);
            }

            Interlocked.Exchange(ref isTelling, 0);
        }
        while (!waiting.IsEmpty && Interlocked.Exchange(ref isTelling, 1) == 0);
    }

    private void Tell(SizeNotice notice)
    {
        var (kind, size, limit) = (notice.Warning.Kind, notice.Warning.Size, notice.Warning.Limit);
        Instruments.WarnOfSize(notice);
        services.Logger.SizeNearLimit(
            notice.Run, notice.Workflow, SizeName.Of(kind), notice.Warning.Percent, size, limit, SizeName.UnitOf(kind));
        if (services.Options.OnSizeWarning is null || waiting.Count >= MostWaiting)
        {
            return;
        }

        waiting.Enqueue(notice);
        if (Interlocked.Exchange(ref isTelling, 1) == 0)
        {
            services.Dispatch(this);
        }
    }

    private void Call(SizeNotice notice)
    {
        try
        {
            services.Options.OnSizeWarning?.Invoke(notice);
        }
        catch (Exception thrown)
        {
            // Whoever is warned is other people's code, like a follower.
            services.Logger.SizeWarningThrew(notice.Run, thrown);
        }
    }
}
