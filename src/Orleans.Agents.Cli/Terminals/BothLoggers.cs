using Microsoft.Extensions.Logging;
using Orleans.Agents.Hosting;

namespace Orleans.Agents.Cli.Terminals;

/// <summary>Tells people what the engine logs, and whoever collects logs.</summary>
internal sealed class BothLoggers(ILogger<AgentsEngine> people, ILogger collector) : ILogger<AgentsEngine>
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => people.IsEnabled(logLevel) || collector.IsEnabled(logLevel);

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        people.Log(logLevel, eventId, state, exception, formatter);
        collector.Log(logLevel, eventId, state, exception, formatter);
    }
}
