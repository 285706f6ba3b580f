using Microsoft.Extensions.Logging;

namespace Orleans.Agents.Silo.Hints;

internal static partial class Log
{
    [LoggerMessage(2301, LogLevel.Debug, "Hints of stream {Stream} could not be sent and are lost: {Why}")]
    public static partial void HintsLost(this ILogger logger, int stream, string why);

    [LoggerMessage(2302, LogLevel.Debug, "Hints of stream {Stream} are not heard for now: {Why}")]
    public static partial void HintsNotHeard(this ILogger logger, int stream, string why);

    [LoggerMessage(2303, LogLevel.Debug, "This silo left without a word to those who send hints: {Why}")]
    public static partial void HintsNotLeft(this ILogger logger, string why);
}
