using System.Collections.Immutable;

namespace Orleans.Agents.Definitions.Shapes;

/// <summary>Whether this version runs a field.</summary>
internal enum Gate
{
    /// <summary>It does.</summary>
    Supported,

    /// <summary>It does, and the field may still change.</summary>
    Experimental,

    /// <summary>It does not yet.</summary>
    Blocked,
}

/// <summary>A field of a document.</summary>
/// <param name="name">What authors write.</param>
/// <param name="type">What it takes.</param>
/// <param name="description">What it does, in a sentence.</param>
internal sealed class Field(string name, FieldType type, string description)
{
    public string Name => name;

    public FieldType Type => type;

    public string Description => description;

    public bool IsRequired { get; init; }

    public Gate Gate { get; init; }

    /// <summary>A value it takes, as JSON; null when the type says enough.</summary>
    public string? Example { get; init; }

    /// <summary>A field that this version knows of and refuses.</summary>
    public static Field Blocked(string name, string becauseAndInstead) =>
        new(name, new FieldType.Template(), becauseAndInstead) { Gate = Gate.Blocked };
}

/// <summary>The fields that a mapping takes.</summary>
/// <param name="name">What the docs call it.</param>
/// <param name="description">What it is, in a sentence.</param>
/// <param name="fields">Its fields, as the docs list them.</param>
internal sealed class Shape(string name, string description, ImmutableArray<Field> fields)
{
    public string Name => name;

    public string Description => description;

    public ImmutableArray<Field> Fields => fields;

    /// <summary>Fields of which exactly one must be given; empty when the fields do not exclude each other.</summary>
    public ImmutableArray<Field> OneOf { get; init; } = [];

    /// <summary>For each field of <see cref="OneOf"/>, the fields that do nothing beside it.</summary>
    public ImmutableArray<(Field Given, ImmutableArray<Field> WithoutEffect)> Exclusions { get; init; } = [];

    /// <summary>For each field of <see cref="OneOf"/>, the fields that it needs beside it.</summary>
    public ImmutableArray<(Field Given, ImmutableArray<Field> Needed)> Needs { get; init; } = [];

    public Field? Find(string field) => fields.FirstOrDefault(f => f.Name == field);
}
