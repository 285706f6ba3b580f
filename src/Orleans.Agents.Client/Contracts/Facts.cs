using System.Collections.Immutable;
using System.Text.Json;

namespace Orleans.Agents.Client.Contracts;

/// <summary>Something that happened to a run, as it is stored.</summary>
/// <param name="Sequence">Names it within its run: 1 is the first, and none is left out.</param>
/// <param name="At">When it happened.</param>
/// <param name="Epoch">The epoch of the process that stored it.</param>
/// <param name="Type">Its name, such as <c>state.entered</c>.</param>
/// <param name="Fact">All of it. New types and fields may come; pass over those you do not know.</param>
public sealed record RunFact(long Sequence, DateTimeOffset At, long Epoch, string Type, JsonElement Fact)
{
    /// <summary>Whether it is the last of its run.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsEnd => Type is "run.succeeded" or "run.failed";
}

/// <summary>Some events of a run, oldest first.</summary>
/// <param name="Run">The run.</param>
/// <param name="Events">The events.</param>
/// <param name="Next">What to ask for as <c>after</c> the next time.</param>
/// <param name="HasEnded">Whether nothing can follow.</param>
public sealed record FactPage(string Run, ImmutableArray<RunFact> Events, long Next, bool HasEnded);
