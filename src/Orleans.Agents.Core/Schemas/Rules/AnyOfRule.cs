using System.Collections.Immutable;
using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary><c>anyOf</c>: a value matches at least one of some schemas.</summary>
internal sealed class AnyOfRule(string owner, ImmutableArray<Subschema> schemas) : Rule(owner, "anyOf")
{
    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks)
    {
        var holds = false;
        foreach (var schema in schemas)
        {
            holds |= Alternatives.Matches(schema, value, evaluation, marks);

            // The others can add nothing but marks.
            if (holds && marks is null)
            {
                return true;
            }
        }

        return holds || Alternatives.ReportNone(this, schemas, value, evaluation);
    }
}
