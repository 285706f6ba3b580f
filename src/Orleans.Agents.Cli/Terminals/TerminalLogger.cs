using Microsoft.Extensions.Logging;
using Orleans.Agents.Hosting;

namespace Orleans.Agents.Cli.Terminals;

/// <summary>Tells people what the engine logs: warnings and worse, or everything when they asked for it.</summary>
internal sealed class TerminalLogger(Streams streams, LogLevel least) : ILogger<AgentsEngine>
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var (word, tone) = logLevel switch
        {
            >= LogLevel.Error => ("error", Tone.Error),
            LogLevel.Warning => ("warning", Tone.Warning),
            LogLevel.Information => ("info", Tone.Faint),
            _ => ("debug", Tone.Faint),
        };

        // What we throw says all there is to say; of a fault its menders want to know where it came from.
        var cause = exception switch
        {
            null => "",
            AgentsException => $": {exception.Message}",
            _ => logLevel >= LogLevel.Error ? $": {exception}" : $": {exception.Message}",
        };
        streams.Tell($"{word}: {formatter(state, exception)}{cause}", tone);
    }
}
