using Microsoft.Extensions.Logging;
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
}
