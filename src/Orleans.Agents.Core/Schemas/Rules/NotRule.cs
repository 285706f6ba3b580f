using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary><c>not</c>: a value does not match a schema.</summary>
internal sealed class NotRule(string owner, Subschema schema) : Rule(owner, "not")
{
    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks) =>
        !evaluation.Ask(schema, value, null)
        || evaluation.Report(
            this,
            $"expected a value that does not match {schema.Path}, found {Shown.WithKind(value)}");
}
