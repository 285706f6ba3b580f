using System.Text.Json;

namespace Orleans.Agents.Schemas;

/// <summary>A place in a document where a schema stands, or is said to stand.</summary>
/// <param name="Resource">The resource it is part of.</param>
/// <param name="Pointer">A pointer from the root of the document.</param>
/// <param name="Content">What stands there.</param>
internal readonly record struct SchemaPlace(SchemaResource Resource, string Pointer, JsonElement Content)
{
    public SchemaDocument Document => Resource.Document;

    /// <summary>The place below this one.</summary>
    public SchemaPlace Below(string name, JsonElement content)
    {
        var pointer = $"{Pointer}/{JsonPointer.Escape(name)}";
        return new SchemaPlace(Document.ResourceAt(pointer, Resource), pointer, content);
    }
}
