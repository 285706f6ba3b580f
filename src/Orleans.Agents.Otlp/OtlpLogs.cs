using Microsoft.Extensions.Logging;

namespace Orleans.Agents.Otlp;

/// <summary>Hands logs on to whoever sends them now; while nobody does, nothing is logged.</summary>
public sealed class OtlpLogs
{
    private volatile ILoggerFactory? target;

    /// <summary>Where logs go; null where they go nowhere.</summary>
    internal ILoggerFactory? Target
    {
        get => target;
        set => target = value;
    }

    /// <summary>Makes a logger whose logs go there.</summary>
    public ILogger CreateLogger(string category) => new Forwarding(this, category);

    private sealed class Forwarding(OtlpLogs logs, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && logs.target is not null;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            try
            {
                logs.target?.CreateLogger(category).Log(logLevel, eventId, state, exception, formatter);
            }
            catch (ObjectDisposedException)
            {
                // Somebody ended debug at this moment.
            }
        }
    }
}

/// <summary>The same for all that an application logs.</summary>
internal sealed class OtlpLoggerProvider(OtlpLogs logs) : ILoggerProvider
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => logs.CreateLogger(categoryName);

    /// <inheritdoc/>
    public void Dispose()
    {
        // Whoever says where logs go disposes of that.
    }
}
