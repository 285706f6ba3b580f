using Microsoft.Extensions.Logging;

namespace Orleans.Agents.Silo.Agents;

internal static partial class Log
{
    [LoggerMessage(2201, LogLevel.Information, "The grain of agent {Agent} does not answer; what it said last counts: {Why}")]
    public static partial void AgentUnreachable(this ILogger logger, string agent, string why);
}
