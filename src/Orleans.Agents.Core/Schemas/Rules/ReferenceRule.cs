using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary><c>$ref</c>: a value matches a schema that stands elsewhere.</summary>
internal sealed class ReferenceRule(string owner, string keyword, Subschema target) : Rule(owner, keyword)
{
    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks) =>
        target.Check(value, evaluation, marks);
}
