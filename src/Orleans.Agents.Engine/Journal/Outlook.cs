namespace Orleans.Agents.Journal;

/// <summary>
/// What there may be to do for a process, seen by one question to the store instead of one for each duty. It may show
/// something where there is nothing, never the other way round.
/// </summary>
/// <param name="IsFenced">Whether the process's own epoch may be fenced.</param>
/// <param name="HasGone">Whether there may be epochs to fence, or to look at again soon.</param>
/// <param name="HasNotes">Whether there may be notes nobody consumed.</param>
/// <param name="HasWaiting">Whether there may be runs that wait for a carrier.</param>
/// <param name="LeaseLeft">
/// In how long the next of the other processes would be gone if all of them were silent from now on; null when there is none, or
/// the store has no leases.
/// </param>
public readonly record struct Outlook(
    bool IsFenced, bool HasGone, bool HasNotes, bool HasWaiting, TimeSpan? LeaseLeft = null)
{
    /// <summary>Everything may be: each duty asks for itself.</summary>
    public static Outlook Everything { get; } = new(IsFenced: true, HasGone: true, HasNotes: true, HasWaiting: true);
}
