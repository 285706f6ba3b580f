using Orleans.Agents.Values;

namespace Orleans.Agents.Expressions;

/// <summary>The types a value may have as far as is known at load. Empty intersections are certain errors.</summary>
[Flags]
internal enum Kinds
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Number = 4,
    Text = 8,
    List = 16,
    Object = 32,
    Condition = Null | Boolean,
    Any = Null | Boolean | Number | Text | List | Object,
}

internal static class KindsOfValues
{
    internal static Kinds Kinds(this in Value value) => value.Kind switch
    {
        ValueKind.Boolean => Expressions.Kinds.Boolean,
        ValueKind.Integer or ValueKind.Decimal => Expressions.Kinds.Number,
        ValueKind.Text => Expressions.Kinds.Text,
        ValueKind.List => Expressions.Kinds.List,
        ValueKind.Object => Expressions.Kinds.Object,
        _ => Expressions.Kinds.Null,
    };

    /// <summary>The types in words, such as <c>a number or text</c>.</summary>
    internal static string Describe(this Kinds kinds)
    {
        string[] words =
        [
            .. Word(kinds, Expressions.Kinds.Null, "null"),
            .. Word(kinds, Expressions.Kinds.Boolean, "a boolean"),
            .. Word(kinds, Expressions.Kinds.Number, "a number"),
            .. Word(kinds, Expressions.Kinds.Text, "a text"),
            .. Word(kinds, Expressions.Kinds.List, "a list"),
            .. Word(kinds, Expressions.Kinds.Object, "an object"),
        ];
        return string.Join(" or ", words);
    }

    private static string[] Word(Kinds kinds, Kinds one, string word) => (kinds & one) == 0 ? [] : [word];
}
