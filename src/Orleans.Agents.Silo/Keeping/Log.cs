using Microsoft.Extensions.Logging;

namespace Orleans.Agents.Silo.Keeping;

internal static partial class Log
{
    [LoggerMessage(2101, LogLevel.Information, "The reminders of the keeper could not be set now: {Why}")]
    public static partial void NoReminders(this ILogger logger, string why);
}
