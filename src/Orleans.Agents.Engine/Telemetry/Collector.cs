namespace Orleans.Agents.Telemetry;

/// <summary>
/// Whether the environment names a collector, by OpenTelemetry's own variables. It stands here so that a program need load
/// nothing else to know that there is none.
/// </summary>
public static class Collector
{
    /// <summary>Spans, as variables name them.</summary>
    public const string Spans = "TRACES";

    /// <summary>Measurements, as variables name them.</summary>
    public const string Measurements = "METRICS";

    /// <summary>Logs, as variables name them.</summary>
    public const string Logs = "LOGS";

    private const string Disabled = "OTEL_SDK_DISABLED";
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Whether there is one for anything.</summary>
    public static bool IsNamed => IsNamedFor(Spans) || IsNamedFor(Measurements) || IsNamedFor(Logs);

    /// <summary>Whether there is one for spans, measurements or logs.</summary>
    public static bool IsNamedFor(string what) =>
        !string.Equals(Environment.GetEnvironmentVariable(Disabled), "true", StringComparison.OrdinalIgnoreCase)
        && (IsSet(Endpoint) || IsSet($"OTEL_EXPORTER_OTLP_{what}_ENDPOINT"));

    private static bool IsSet(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };
}
