using System.Collections.Immutable;
using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary><c>oneOf</c>: a value matches exactly one of some schemas.</summary>
internal sealed class OneOfRule(string owner, ImmutableArray<Subschema> schemas) : Rule(owner, "oneOf")
{
    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks)
    {
        Subschema? match = null;
        foreach (var schema in schemas)
        {
            if (!Alternatives.Matches(schema, value, evaluation, marks))
            {
                continue;
            }

            if (match is not null)
            {
                return evaluation.Report(
                    this,
                    $"expected exactly one alternative to match, found two: {match.Path} and {schema.Path}");
            }

            match = schema;
        }

        return match is not null || Alternatives.ReportNone(this, schemas, value, evaluation);
    }
}
