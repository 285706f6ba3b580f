using System.Text.Json;

namespace Orleans.Agents.Schemas;

/// <summary>A schema with an identity: the root of a document, or a place in it that has an <c>$id</c>.</summary>
internal sealed class SchemaResource(
    SchemaDocument document,
    string uri,
    string pointer,
    JsonElement content,
    string dialect)
{
    public SchemaDocument Document => document;

    /// <summary>The URI that references inside are relative to.</summary>
    public string Uri => uri;

    /// <summary>Where it begins in its document.</summary>
    public string Pointer => pointer;

    public JsonElement Content => content;

    /// <summary>What <c>$schema</c> says here or around.</summary>
    public string Dialect => dialect;

    /// <summary>The pointer of every <c>$anchor</c> and <c>$dynamicAnchor</c>.</summary>
    public Dictionary<string, string> Anchors { get; } = new(StringComparer.Ordinal);

    /// <summary>The pointer of every <c>$dynamicAnchor</c>.</summary>
    public SortedDictionary<string, string> DynamicAnchors { get; } = new(StringComparer.Ordinal);
}
