using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli.Documents;

/// <summary>That a run begins nothing until it is resumed.</summary>
/// <param name="Since">Since when.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="Parent">The run that waits for it and with which it was suspended; null when it was for itself.</param>
/// <param name="Resume">The command that lets it go on.</param>
/// <param name="Code">The failure code of why, where that was no person's wish.</param>
internal sealed record SuspensionDocument(
    DateTimeOffset Since, string? Reason, string? Parent, string Resume, string? Code = null)
{
    /// <summary>The document of a run; null when it is not suspended.</summary>
    public static SuspensionDocument? Of(RunState state)
    {
        if (state.Suspension is not { } suspension)
        {
            return null;
        }

        // A child that is resumed by itself would go on before the run it was suspended with.
        var parent = suspension.IsByParent is true ? state.Origin!.Parent?.Run : null;
        return new SuspensionDocument(
            suspension.Since, suspension.Reason, parent, $"agents runs resume {parent ?? state.Origin!.Run}", suspension.Code);
    }
}

/// <summary>A run that was suspended.</summary>
internal sealed record SuspendedDocument(string Run, string Status, SuspensionDocument Suspended);
