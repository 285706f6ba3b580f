using System.Collections.Immutable;
using Orleans.Agents.Definitions.Shapes;
using Orleans.Agents.Definitions.Sources;

namespace Orleans.Agents.Definitions.Drafts;

/// <summary>Reads the fields of one mapping. What is missing or wrong is null: the shape check has said so.</summary>
/// <param name="node">The mapping; null reads as an empty one.</param>
/// <param name="read">The fields that were asked for, so that a test can prove that none is without effect.</param>
internal readonly struct FieldReader(Node? node, HashSet<Field> read)
{
    public Node? Get(Field field)
    {
        read.Add(field);
        return node?.Find(field.Name) is { } value && ShapeCheck.Takes(field.Type, value.Kind) ? value : null;
    }

    /// <summary>Whether the field is there, right or wrong.</summary>
    public bool Has(Field field) => node?.Find(field.Name) is not null;

    public FieldReader Part(Field field) => new(Get(field), read);

    /// <summary>The text of a field that keeps its rule.</summary>
    public string? Text(Field field) =>
        Get(field) is { } value && (field.Type is not FieldType.Text text || text.Rule.Holds(value.Text))
            ? value.Text
            : null;

    public TimeSpan? Duration(Field field) =>
        Get(field) is { } value && DurationText.TryParse(value.Text, out var duration) ? duration : null;

    public decimal? Number(Field field) => Get(field) is { } value ? Numbers.Read(value, field.Type) : null;

    /// <summary>The entries of a list that are of the right kind.</summary>
    public ImmutableArray<Node> Items(Field field)
    {
        var items = field.Type switch
        {
            FieldType.List list => list.Items,
            FieldType.Either either => either.Types.OfType<FieldType.List>().Single().Items,
            _ => throw new System.Diagnostics.UnreachableException(field.Name),
        };
        return [.. Get(field)?.Items.Where(i => ShapeCheck.Takes(items, i.Kind)) ?? []];
    }

    /// <summary>The entries of a mapping from names that are of the right kind.</summary>
    public ImmutableArray<Member> Members(Field field)
    {
        var values = ((FieldType.Map)field.Type).Values;
        return [.. Get(field)?.Members.Where(m => ShapeCheck.Takes(values, m.Value.Kind)) ?? []];
    }
}
