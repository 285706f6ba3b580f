using System.Collections.Immutable;

namespace Orleans.Agents.Otlp;

/// <summary>What a program sends beside what the engine and the gateway tell.</summary>
/// <param name="Service">What the program is called, unless <c>OTEL_SERVICE_NAME</c> says something else.</param>
public sealed record OtlpOptions(string Service)
{
    /// <summary>Sources of spans of the platform below, sent in debug.</summary>
    public ImmutableArray<string> PlatformSources { get; init; } = [];

    /// <summary>Meters of the platform below, sent in debug.</summary>
    public ImmutableArray<string> PlatformMeters { get; init; } = [];
}
