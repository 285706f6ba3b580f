using System.Collections.Immutable;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Cli.Documents;

/// <summary>A run with those it started, in the order in which it started them.</summary>
internal sealed record TreeDocument(
    string Run,
    string Workflow,
    string Status,
    string? State,
    string? FailureCode,
    DateTimeOffset StartedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>Its books, those of its child runs among them; null when its history cannot be read.</summary>
    public BooksDocument? Books { get; init; }

    /// <summary>Where the root was forked from, when it was; what a run started never is.</summary>
    public ForkedFromDocument? ForkedFrom { get; init; }

    /// <summary>The runs it started; null when it started none.</summary>
    public ImmutableArray<TreeDocument>? Children { get; init; }

    /// <summary>Whether it started more runs than are shown; null when it did not.</summary>
    public bool? HasMore { get; init; }

    /// <summary>The document of a run's row.</summary>
    public static TreeDocument Of(RunRecord record) => new(
        record.Id.Value,
        record.Workflow,
        StatusName.Of(record.Row.Status),
        record.Row.State,
        record.Row.FailureCode,
        record.StartedAt,
        record.UpdatedAt);
}
