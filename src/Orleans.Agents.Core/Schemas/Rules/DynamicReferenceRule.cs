using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary>
/// <c>$dynamicRef</c>: a value matches the schema with a certain <c>$dynamicAnchor</c> in the outermost resource that
/// has one, of those that evaluation is inside of.
/// </summary>
internal sealed class DynamicReferenceRule(
    string owner,
    Subschema target,
    Dictionary<SchemaResource, Subschema> anchored)
    : Rule(owner, "$dynamicRef")
{
    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks) =>
        Find(evaluation.Scopes).Check(value, evaluation, marks);

    private Subschema Find(ReadOnlySpan<SchemaResource> scopes)
    {
        foreach (var scope in scopes)
        {
            if (anchored.TryGetValue(scope, out var found))
            {
                return found;
            }
        }

        return target;
    }
}
