using Microsoft.Extensions.Logging;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Silo.Hosting;

internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Warning, "Silo {Silo} carried runs under epoch {Epoch}, which was fenced; declared dead: {IsDead}")]
    public static partial void DeclaredDead(this ILogger logger, SiloAddress silo, Epoch epoch, bool isDead);

    [LoggerMessage(2004, LogLevel.Error, "This silo was taken for dead and epoch {Epoch} fenced; it stops, another has to take its place")]
    public static partial void TakenForDead(this ILogger logger, Epoch epoch);

    [LoggerMessage(2003, LogLevel.Debug, "Run {Run} has no grain yet: {Why}")]
    public static partial void NotSettled(this ILogger logger, RunId run, string why);
}
