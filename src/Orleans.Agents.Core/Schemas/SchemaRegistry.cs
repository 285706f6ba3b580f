using System.Collections.Immutable;
using Orleans.Agents.Values;

namespace Orleans.Agents.Schemas;

/// <summary>
/// The schemas that may be referred to from others, by name. Immutable; a schema keeps what it was compiled with.
/// </summary>
/// <remarks>
/// A name is a URI reference, mostly one word: <c>{"$ref": "plan"}</c> and <c>{"$ref": "plan#/$defs/task"}</c> reach
/// the document that was added as <c>plan</c>. A document with an <c>$id</c> is found under that as well. The
/// metaschema of JSON Schema 2020-12 is always there.
/// </remarks>
public sealed class SchemaRegistry
{
    private readonly ImmutableSortedDictionary<string, SchemaDocument> documents;

    private SchemaRegistry(ImmutableSortedDictionary<string, SchemaDocument> documents) => this.documents = documents;

    /// <summary>A registry without schemas of its own.</summary>
    public static SchemaRegistry Empty { get; } =
        new(ImmutableSortedDictionary<string, SchemaDocument>.Empty.WithComparers(StringComparer.Ordinal));

    /// <summary>The names, in ordinal order.</summary>
    public IEnumerable<string> Names => documents.Keys;

    internal IEnumerable<SchemaDocument> Documents => documents.Values;

    /// <summary>
    /// The same registry and one more schema. A schema that was there under this name is replaced. Whether it is well
    /// formed shows when something is compiled that refers to it.
    /// </summary>
    /// <param name="name">The name: a URI reference without <c>#</c>.</param>
    /// <param name="document">The schema.</param>
    /// <exception cref="ArgumentException">The name is empty or has a <c>#</c> in it.</exception>
    public SchemaRegistry With(string name, Payload document)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Contains('#', StringComparison.Ordinal))
        {
            throw new ArgumentException($"A schema's name has no '#' in it, and '{name}' has.", nameof(name));
        }

        var uri = SchemaUri.Resolve(SchemaUri.Root, name);
        return new SchemaRegistry(documents.SetItem(name, SchemaDocument.Read(uri, document)));
    }

    /// <summary>Finds the document that was added under a name.</summary>
    public bool TryGet(string name, out Payload document)
    {
        var isThere = documents.TryGetValue(name, out var found);
        document = isThere ? found!.Source : Payload.Null;
        return isThere;
    }
}
