using Orleans.Agents.Schemas.Rules;

namespace Orleans.Agents.Schemas;

/// <summary>Reads <c>$ref</c> and <c>$dynamicRef</c>.</summary>
internal static class SchemaReference
{
    public static IEnumerable<Rule> Read(KeywordReader reader)
    {
        var schema = reader.Subschema;
        if (reader.Text("$ref") is { } reference && Follow(reader, "$ref", reference) is { } target)
        {
            schema.InPlace.Add(target);
            yield return new ReferenceRule(schema.Path, "$ref", target);
        }

        if (reader.Text("$dynamicRef") is not { } dynamic || Follow(reader, "$dynamicRef", dynamic) is not { } initial)
        {
            yield break;
        }

        // Only a reference that first leads to a dynamic anchor is dynamic; any other is an ordinary one.
        var name = Uri.UnescapeDataString(SchemaUri.Split(dynamic).Fragment);
        if (name.Length > 0 && name[0] != '/' && initial.Resource.DynamicAnchors.ContainsKey(name))
        {
            yield return new DynamicReferenceRule(schema.Path, initial, reader.Compiler.Anchored(name));
            yield break;
        }

        schema.InPlace.Add(initial);
        yield return new ReferenceRule(schema.Path, "$dynamicRef", initial);
    }

    private static Subschema? Follow(KeywordReader reader, string keyword, string reference)
    {
        var compiler = reader.Compiler;
        var from = reader.Place.Resource;
        if (compiler.Library.TryFollow(from, reference, out var target, out var problem, out var meant))
        {
            return compiler.At(target);
        }

        compiler.Report(
            SchemaErrorCodes.UnresolvedReference,
            $"{reader.Subschema.Path}/{keyword}",
            $"'{reference}' leads nowhere: {problem}",
            "a reference to a schema of this document or of the registry",
            meant);
        return null;
    }
}
