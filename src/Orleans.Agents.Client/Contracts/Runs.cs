using System.Collections.Immutable;

namespace Orleans.Agents.Client.Contracts;

/// <summary>A run in a list.</summary>
/// <param name="Run">Its name.</param>
/// <param name="Workflow">Its workflow's name.</param>
/// <param name="Definition">The hash of the definition it is pinned to.</param>
/// <param name="Status"><c>running</c>, <c>suspended</c>, <c>succeeded</c> or <c>failed</c>.</param>
/// <param name="Sequence">How many events it has.</param>
/// <param name="IsCarried">Whether some process carries it.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="UpdatedAt">When the last thing happened to it.</param>
/// <param name="State">The state it is in; null when it is over.</param>
/// <param name="FailureCode">Why it failed, when it did.</param>
/// <param name="Key">Its start key.</param>
/// <param name="WakeAt">When it is carried again, when nobody does and it waits for a time.</param>
/// <param name="WaitsFor">The signal that it waits for itself; those of its child runs stand with these.</param>
/// <param name="Suspended">Since when and why it begins nothing, when it is suspended.</param>
public sealed record RunLine(
    string Run,
    string Workflow,
    string Definition,
    string Status,
    long Sequence,
    bool IsCarried,
    DateTimeOffset StartedAt,
    DateTimeOffset UpdatedAt,
    string? State = null,
    string? FailureCode = null,
    string? Key = null,
    DateTimeOffset? WakeAt = null,
    WaitDetails? WaitsFor = null,
    SuspensionDetails? Suspended = null);

/// <summary>Some runs, newest first.</summary>
/// <param name="Runs">The runs.</param>
/// <param name="Cursor">Where the next page begins; null when this is the last.</param>
public sealed record RunPage(ImmutableArray<RunLine> Runs, string? Cursor = null);

/// <summary>A run with those it started, in the order in which it started them.</summary>
/// <param name="Run">Its name.</param>
/// <param name="Workflow">Its workflow's name.</param>
/// <param name="Status"><c>running</c>, <c>suspended</c>, <c>succeeded</c> or <c>failed</c>.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="UpdatedAt">When the last thing happened to it.</param>
/// <param name="State">The state it is in; null when it is over.</param>
/// <param name="FailureCode">Why it failed, when it did.</param>
/// <param name="Children">The runs it started; null when it started none.</param>
/// <param name="HasMore">Whether it started more runs than are shown; null when it did not.</param>
/// <param name="Books">
/// Its books, those of its child runs among them; null when its history cannot be read, and from a gateway of an older version.
/// </param>
/// <param name="ForkedFrom">Where it was forked from, when it was.</param>
public sealed record RunTree(
    string Run,
    string Workflow,
    string Status,
    DateTimeOffset StartedAt,
    DateTimeOffset UpdatedAt,
    string? State = null,
    string? FailureCode = null,
    ImmutableArray<RunTree>? Children = null,
    bool? HasMore = null,
    BooksDetails? Books = null,
    ForkOrigin? ForkedFrom = null);
