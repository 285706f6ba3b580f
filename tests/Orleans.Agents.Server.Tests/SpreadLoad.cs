using Orleans.Agents.EndToEnd.Tests.Processes;

namespace Orleans.Agents.Server.Tests;

/// <summary>The usual load of a fleet, and among it runs of which parts are elsewhere than the run.</summary>
internal static class SpreadLoad
{
    /// <summary>How many attempts a node makes at once: fewer than the widest runs ask for.</summary>
    public const int Lanes = 64;

    private const int Width = 100;

    // Long enough that what happens to a node happens to attempts of others too: there are such runs nearly all the time. At
    // forty starts a second they ask for half of all lanes.
    private const int WideMilliseconds = 3_000;

    private static readonly string Items = $"[{string.Join(',', Enumerable.Range(0, Width))}]";

    /// <summary>What a run is, by its number.</summary>
    public static (string Workflow, string Input, string Output) Of(int n) => (n % 128) switch
    {
        7 => ("wide", $$"""{"items":{{Items}},"ms":{{WideMilliseconds}}}""", $$"""{"n":{{(Width * (Width + 1) / 2) + 1}}}"""),
        _ when n % 16 == 15 => ("parent", $$"""{"n":{{n}},"ms":{{Load.SlowMilliseconds}}}""", $$"""{"n":{{n + 6}}}"""),
        _ => Load.Usual(n),
    };
}
