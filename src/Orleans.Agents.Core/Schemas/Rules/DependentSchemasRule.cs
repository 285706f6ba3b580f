using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary><c>dependentSchemas</c>: an object with one property matches a further schema.</summary>
internal sealed class DependentSchemasRule(string owner, ImmutableArray<(string Name, Subschema Schema)> entries)
    : Rule(owner, "dependentSchemas")
{
    private readonly ImmutableArray<(byte[] Name, Subschema Schema)> inUtf8 =
        [.. entries.Select(entry => (Encoding.UTF8.GetBytes(entry.Name), entry.Schema))];

    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        var holds = true;
        foreach (var (name, schema) in inUtf8)
        {
            if (!evaluation.Spend(value.GetPropertyCount()))
            {
                return false;
            }

            holds &= !ValueEquality.TryFind(value, name, out _) || schema.Check(value, evaluation, marks);
            if (!holds && !evaluation.WantsMore)
            {
                return false;
            }
        }

        return holds;
    }
}
