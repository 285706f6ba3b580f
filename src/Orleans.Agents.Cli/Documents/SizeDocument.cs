using System.Collections.Immutable;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli.Documents;

/// <summary>That something of a run came near its limit.</summary>
/// <param name="Kind">What did: prompt, context, payload or history.</param>
/// <param name="Size">How large it was then.</param>
/// <param name="Limit">How large it may be.</param>
/// <param name="Unit">What that is counted in: bytes or facts.</param>
/// <param name="Percent">How much of the limit that is.</param>
/// <param name="State">The state that the run was in, where it was in one.</param>
/// <param name="At">When that was.</param>
internal sealed record SizeDocument(
    string Kind, long Size, long Limit, string Unit, long Percent, string? State, DateTimeOffset At)
{
    /// <summary>Those of a run; null when there are none.</summary>
    public static ImmutableArray<SizeDocument>? AllOf(RunState state) =>
        state.Warnings is { } warnings ? [.. warnings.Select(Of)] : null;

    private static SizeDocument Of(SizeWarning warning) => new(
        SizeName.Of(warning.Kind),
        warning.Size,
        warning.Limit,
        SizeName.UnitOf(warning.Kind),
        warning.Percent,
        warning.State.Length == 0 ? null : warning.State,
        warning.At);
}
