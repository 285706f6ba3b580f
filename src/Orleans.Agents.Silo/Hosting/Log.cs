using Microsoft.Extensions.Logging;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Silo.Hosting;

internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Warning, "Silo {Silo} carried runs under epoch {Epoch}, which was fenced; declared dead: {IsDead}")]
    public static partial void DeclaredDead(this ILogger logger, SiloAddress silo, Epoch epoch, bool isDead);

    [LoggerMessage(2002, LogLevel.Information, "The grain of run {Run} did not answer and the run is opened here: {Why}")]
    public static partial void NotWoken(this ILogger logger, RunId run, string why);

    [LoggerMessage(2003, LogLevel.Debug, "Run {Run} has no grain yet: {Why}")]
    public static partial void NotSettled(this ILogger logger, RunId run, string why);
}
