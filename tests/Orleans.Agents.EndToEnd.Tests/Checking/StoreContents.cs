namespace Orleans.Agents.EndToEnd.Tests.Checking;

/// <summary>What a database holds of runs, as plain SQL reads it.</summary>
/// <param name="Runs">The row of each run.</param>
/// <param name="Appends">The journal, by run and version.</param>
/// <param name="Carriers">Every epoch there ever was.</param>
internal sealed record StoreContents(
    IReadOnlyList<RunRow> Runs, IReadOnlyList<AppendRow> Appends, IReadOnlyList<CarrierRow> Carriers)
{
    /// <summary>How many epochs may not write any more.</summary>
    public int Fenced => Carriers.Count(c => c.IsFenced);
}

/// <summary>A run's row.</summary>
internal sealed record RunRow(string Run, string? Key, long Version, string Status, long? Owner);

/// <summary>One append: what it says, under which epoch, the version it leads to, and when it was decided.</summary>
internal sealed record AppendRow(string Run, long Version, long Epoch, string Events, DateTimeOffset At = default);

/// <summary>An epoch, and the process that took it as <c>machine:id</c>.</summary>
internal sealed record CarrierRow(long Epoch, bool IsFenced, string Process);
