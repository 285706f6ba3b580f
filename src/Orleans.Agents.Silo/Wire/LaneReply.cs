using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Agents.Activities.Lending;

namespace Orleans.Agents.Silo.Wire;

/// <summary>What a silo's lanes answer.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Taken), "taken")]
[JsonDerivedType(typeof(Reported), "reported")]
[JsonDerivedType(typeof(Forgotten), "forgotten")]
internal abstract record LaneReply
{
    private LaneReply()
    {
    }

    /// <summary>So many are made there, from the first on.</summary>
    public sealed record Taken(string Loan, int Count) : LaneReply;

    /// <summary>How some of them went.</summary>
    public sealed record Reported(ImmutableArray<LentReport> Reports) : LaneReply;

    /// <summary>Nothing is known of the loan; whatever was not reported never will be.</summary>
    public sealed record Forgotten : LaneReply;
}
