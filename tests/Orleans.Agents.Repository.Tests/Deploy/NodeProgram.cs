using System.Globalization;
using System.Text.RegularExpressions;

namespace Orleans.Agents.Repository.Tests.Deploy;

/// <summary>What <c>agents-server</c> understands, read from its source: these tests may not refer to it.</summary>
internal static partial class NodeProgram
{
    private const string Options = "src/Orleans.Agents.Server/ServerOptions.cs";
    private const string Variables = "src/Orleans.Agents.Gateway/GatewayVariables.cs";

    private const string Observation = "src/Orleans.Agents.Engine/Telemetry/ObservationVariables.cs";
    private const string CollectorNames = "src/Orleans.Agents.Engine/Telemetry/Collector.cs";

    /// <summary>How much it may be told to tell.</summary>
    public static IReadOnlySet<string> Modes { get; } = ModeName().Matches(Source.Read(Observation))
        .Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

    /// <summary>The variables that it reads.</summary>
    public static IReadOnlySet<string> Settings { get; } = ReadSettings();

    public static int SiloPort { get; } = Number(Options, DefaultSiloPort());

    public static int HttpPort { get; } = Number(Options, DefaultHttpPort());

    /// <summary>What it gives itself to stop beyond the drain delay.</summary>
    public static TimeSpan Shutdown { get; } =
        TimeSpan.FromSeconds(Number("src/Orleans.Agents.Server/ServerNode.cs", ShutdownTimeout()));

    public static IReadOnlySet<string> HealthPaths { get; } =
        HealthPath().Matches(Source.Read("src/Orleans.Agents.Gateway/Endpoints/HealthEndpoints.cs"))
            .Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

    /// <summary>What a container must be given between the order to stop and the kill.</summary>
    public static TimeSpan LeastGrace(string drainDelay) => TimeSpan.Parse(drainDelay, CultureInfo.InvariantCulture) + Shutdown;

    private static HashSet<string> ReadSettings()
    {
        var options = Setting().Matches(Source.Read(Options))
            .Select(m => m.Groups[1].Success ? m.Groups[1].Value : m.Groups[2].Value);
        var gateway = Source.Read(Variables);
        var names = Quoted().Matches(Names().Match(gateway).Groups[1].Value).Select(m => m.Groups[1].Value);
        return
        [
            .. options.Concat(names).Select(n => $"AGENTS_{n.ToUpperInvariant()}"),
            GuardName().Match(gateway).Groups[1].Value,
            .. Constant().Matches(Source.Read(Observation)).Select(m => m.Groups[1].Value),
            .. Constant().Matches(Source.Read(CollectorNames)).Select(m => m.Groups[1].Value),
        ];
    }

    private static int Number(string file, Regex pattern)
    {
        var found = pattern.Match(Source.Read(file));
        Assert.True(found.Success, $"{file} does not say it in the form that is expected here");
        return int.Parse(found.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"(?:\[ConfigurationKeyName\(""(\w+)""\)\]\s+)?public [\w?]+ (\w+) \{ get; set; \}")]
    private static partial Regex Setting();

    [GeneratedRegex(@"Names \{ get; \} =\s*\[(.*?)\];", RegexOptions.Singleline)]
    private static partial Regex Names();

    [GeneratedRegex(@"""(\w+)""")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"Guard = ""(\w+)""")]
    private static partial Regex GuardName();

    [GeneratedRegex(@"const string \w+ = ""((?:OBS|OTEL)_\w+)"";")]
    private static partial Regex Constant();

    [GeneratedRegex(@"""(\w+)"" => ObservationMode\.")]
    private static partial Regex ModeName();

    [GeneratedRegex(@"int SiloPort \{ get; set; \} = (\d+);")]
    private static partial Regex DefaultSiloPort();

    [GeneratedRegex(@"DefaultListen = ""http://\*:(\d+)""")]
    private static partial Regex DefaultHttpPort();

    [GeneratedRegex(@"ShutdownTimeout = options\.EffectiveDrainDelay \+ TimeSpan\.FromSeconds\((\d+)\)")]
    private static partial Regex ShutdownTimeout();

    [GeneratedRegex(@"Map\(endpoints, ""(/health/\w+)""")]
    private static partial Regex HealthPath();
}
