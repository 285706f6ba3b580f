using System.Collections.Immutable;

namespace Orleans.Agents.Definitions.Shapes;

/// <summary>What a field takes.</summary>
internal abstract record FieldType
{
    private FieldType()
    {
    }

    /// <summary>A text under a rule.</summary>
    public sealed record Text(TextRule Rule) : FieldType;

    /// <summary>A text with <c>${{ }}</c> in it.</summary>
    public sealed record TextTemplate : FieldType;

    /// <summary>Any value, with <c>${{ }}</c> in its texts.</summary>
    public sealed record Template : FieldType;

    /// <summary>An expression without <c>${{ }}</c>; <c>true</c> and <c>false</c> may stand unquoted.</summary>
    public sealed record Condition : FieldType;

    /// <summary>A whole number.</summary>
    public sealed record Integer(long Min, long Max) : FieldType;

    /// <summary>A number.</summary>
    public sealed record Number(decimal Min, decimal Max) : FieldType;

    /// <summary>A JSON Schema 2020-12.</summary>
    public sealed record JsonSchema : FieldType;

    /// <summary>A JSON Schema, or <c>{schema: name}</c> of a Schema document.</summary>
    public sealed record SchemaOrName : FieldType;

    /// <summary>A mapping with the fields of a shape.</summary>
    public sealed record Part(Shape Shape) : FieldType;

    /// <summary>A mapping from names of the author's own.</summary>
    public sealed record Map(TextRule Names, FieldType Values, bool IsFilled) : FieldType;

    /// <summary>A list.</summary>
    public sealed record List(FieldType Items, bool IsFilled) : FieldType;

    /// <summary>One of several, told apart by the kind of value.</summary>
    public sealed record Either(ImmutableArray<FieldType> Types) : FieldType;
}
