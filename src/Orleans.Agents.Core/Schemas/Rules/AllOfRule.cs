using System.Collections.Immutable;
using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary><c>allOf</c>: a value matches all of some schemas.</summary>
internal sealed class AllOfRule(string owner, ImmutableArray<Subschema> schemas) : Rule(owner, "allOf")
{
    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks)
    {
        var holds = true;
        foreach (var schema in schemas)
        {
            holds &= schema.Check(value, evaluation, marks);
            if (!holds && !evaluation.WantsMore)
            {
                return false;
            }
        }

        return holds;
    }
}
