using Microsoft.Extensions.Logging;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Activities;

internal static partial class Log
{
    [LoggerMessage(1101, LogLevel.Debug, "Attempt {Attempt} at {Activity} was abandoned: nobody waits for it")]
    public static partial void AttemptAbandoned(this ILogger logger, ActivityId activity, int attempt);

    [LoggerMessage(1103, LogLevel.Information, "{Count} attempts were lent to a process that is lost, and are made here: {Why}")]
    public static partial void LoanLost(this ILogger logger, int count, string why);

    [LoggerMessage(1102, LogLevel.Warning, "Attempt {Attempt} at {Activity} threw")]
    public static partial void ActivityThrew(this ILogger logger, ActivityId activity, int attempt, Exception thrown);

    [LoggerMessage(1103, LogLevel.Information, "Attempt {Attempt} at {Activity} ended after its run was lost; its owner is told: {Posted}")]
    public static partial void ResultLeft(this ILogger logger, ActivityId activity, int attempt, Posted posted);

    [LoggerMessage(1104, LogLevel.Warning, "Attempt {Attempt} at {Activity} ended after its run was lost; its owner could not be told")]
    public static partial void ResultNotLeft(this ILogger logger, ActivityId activity, int attempt, Exception away);
}
