using System.Diagnostics.CodeAnalysis;

namespace Orleans.Agents.Values;

/// <summary>What a <see cref="Value"/> is.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "They are the names of the language's types.")]
public enum ValueKind
{
    /// <summary>Nothing: <c>null</c>, and what a path yields that leads nowhere.</summary>
    Null,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A number written without point and exponent that fits 64 bits.</summary>
    Integer,

    /// <summary>Any other number; calculated with as a <see cref="decimal"/>.</summary>
    Decimal,

    /// <summary>Text.</summary>
    Text,

    /// <summary>Values in an order.</summary>
    List,

    /// <summary>Values with names.</summary>
    Object,
}
