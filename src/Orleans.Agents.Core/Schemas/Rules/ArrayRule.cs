using System.Collections.Immutable;
using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary><c>prefixItems</c> and <c>items</c>, in one pass over a list.</summary>
internal sealed class ArrayRule(string owner, ImmutableArray<Subschema> prefix, Subschema? rest) : Rule(owner, "items")
{
    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        var holds = true;
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var schema = index < prefix.Length ? prefix[index] : rest;
            if (schema is null)
            {
                break;
            }

            evaluation.Into(index);
            holds &= schema.Check(item, evaluation, null);
            evaluation.Out();
            if (!holds && !evaluation.WantsMore)
            {
                return false;
            }

            marks?.Mark(index);
            index++;
        }

        return holds;
    }
}
