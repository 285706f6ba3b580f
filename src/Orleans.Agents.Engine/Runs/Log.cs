using Microsoft.Extensions.Logging;

namespace Orleans.Agents.Runs;

internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Error, "Run {Run} stopped: the engine met a fault of its own, or the store refused for good")]
    public static partial void RunBroken(this ILogger logger, RunId run, Exception cause);

    [LoggerMessage(1002, LogLevel.Debug, "The store does not answer; run {Run} tries again in {Pause}")]
    public static partial void StoreDoesNotAnswer(this ILogger logger, RunId run, TimeSpan pause, Exception cause);

    [LoggerMessage(1003, LogLevel.Information, "Run {Run} of workflow {Workflow} started")]
    public static partial void RunStarted(this ILogger logger, RunId run, string workflow);

    [LoggerMessage(1004, LogLevel.Information, "Run {Run} ended: {Status} {Code}")]
    public static partial void RunEnded(this ILogger logger, RunId run, RunStatus status, string? code);

    [LoggerMessage(1005, LogLevel.Information, "Run {Run} is carried on from version {Version} under epoch {Epoch}")]
    public static partial void RunTakenOver(this ILogger logger, RunId run, long version, Epoch epoch);

    [LoggerMessage(1014, LogLevel.Warning, "The store does not answer; this process keeps its runs and tries again")]
    public static partial void StoreLost(this ILogger logger, Exception cause);

    [LoggerMessage(1015, LogLevel.Warning, "The store answers again after {Time}; the runs go on")]
    public static partial void StoreIsBack(this ILogger logger, TimeSpan time);

    [LoggerMessage(1006, LogLevel.Warning, "Run {Run} belongs to another process now and was let go")]
    public static partial void RunLost(this ILogger logger, RunId run);

    [LoggerMessage(1007, LogLevel.Debug, "Run {Run} waits for long and was put down")]
    public static partial void RunParked(this ILogger logger, RunId run);

    [LoggerMessage(1008, LogLevel.Warning, "Epoch {Epoch} was fenced: its process is gone")]
    public static partial void EpochFenced(this ILogger logger, Epoch epoch);

    [LoggerMessage(1009, LogLevel.Error, "The keeper could not look for waiting runs; it tries again")]
    public static partial void KeeperFailed(this ILogger logger, Exception cause);

    [LoggerMessage(1010, LogLevel.Error, "Run {Run} cannot be carried: {Code}")]
    public static partial void RunUnreadable(this ILogger logger, RunId run, string code, Exception cause);

    [LoggerMessage(1012, LogLevel.Warning, "This process was taken for dead and epoch {Epoch} fenced; it goes on under epoch {Next}")]
    public static partial void EpochRenewed(this ILogger logger, Epoch epoch, Epoch next);

    [LoggerMessage(1013, LogLevel.Error, "A note in the inbox of run {Run} is left for a program that understands it: {Code}")]
    public static partial void NoteUnclear(this ILogger logger, RunId run, string code, Exception cause);

    [LoggerMessage(1016, LogLevel.Information, "{Count} runs that were over were pruned")]
    public static partial void RunsPruned(this ILogger logger, int count);

    [LoggerMessage(1017, LogLevel.Warning, "Run {Run} of workflow {Workflow}: its {Kind} is at {Percent} % of what it may be, {Size} of {Limit} {Unit}")]
    public static partial void SizeNearLimit(
        this ILogger logger, RunId run, string workflow, string kind, long percent, long size, long limit, string unit);

    [LoggerMessage(1018, LogLevel.Error, "Who is warned of sizes threw over run {Run}; the run goes on")]
    public static partial void SizeWarningThrew(this ILogger logger, RunId run, Exception thrown);

    [LoggerMessage(1019, LogLevel.Warning, "Run {Run} is suspended, {Code}: {Why}")]
    public static partial void RunSuspended(this ILogger logger, RunId run, string code, string? why);

    [LoggerMessage(1011, LogLevel.Error, "A follower of run {Run} threw; the run goes on")]
    public static partial void FollowerThrew(this ILogger logger, RunId run, Exception thrown);
}
