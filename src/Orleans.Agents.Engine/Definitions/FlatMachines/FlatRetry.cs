using System.Collections.Immutable;
using System.Globalization;
using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Definitions.Sources;

namespace Orleans.Agents.Definitions.FlatMachines;

/// <summary>When an agent is asked again.</summary>
internal static class FlatRetry
{
    private const decimal DefaultJitter = 0.1m;
    private static readonly ImmutableArray<decimal> DefaultPauses = [2, 8, 16, 35];

    /// <summary>Never.</summary>
    public static RetryDraft Once { get; } = RetryDraft.Empty with { Attempts = 1 };

    /// <summary>After the pauses that an execution names, whatever the failure; once where it does not.</summary>
    public static RetryDraft Of(Node? execution)
    {
        if (execution?.Find("type")?.Text != "retry")
        {
            return Once;
        }

        ImmutableArray<decimal> seconds = execution.Find("backoffs") is { IsList: true } said
            ? [.. said.Items.Where(i => i.Kind is NodeKind.Number).Select(Number)]
            : DefaultPauses;
        return Once with
        {
            Attempts = seconds.Length + 1,
            Jitter = execution.Find("jitter") is { Kind: NodeKind.Number } jitter ? Math.Clamp(Number(jitter), 0, 1) : DefaultJitter,
            On = ["*"],
            Pauses = [.. seconds.Select(Duration)],
        };
    }

    /// <summary>Some seconds, to the millisecond and not less than one.</summary>
    public static TimeSpan Duration(decimal seconds) =>
        TimeSpan.FromMilliseconds((long)Math.Clamp(Math.Round(seconds * 1_000), 1, 315_360_000_000));

    private static decimal Number(Node node) =>
        decimal.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
