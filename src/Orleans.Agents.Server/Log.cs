using Microsoft.Extensions.Logging;

namespace Orleans.Agents.Server;

internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Warning, "{Count} silos that a crash left behind were marked dead")]
    public static partial void SilosBuried(this ILogger logger, int count);

    [LoggerMessage(3002, LogLevel.Information, "This node stops; it is not ready any more and waits {Delay} for balancers to notice")]
    public static partial void Draining(this ILogger logger, TimeSpan delay);
}
