using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary><c>unevaluatedProperties</c>: the properties that nothing else looked at match a schema.</summary>
internal sealed class UnevaluatedPropertiesRule(string owner, Subschema schema) : Rule(owner, "unevaluatedProperties")
{
    public override bool IsAboutTheRest => true;

    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        var holds = true;
        var position = 0;
        foreach (var property in value.EnumerateObject())
        {
            if (!marks!.Has(position++))
            {
                var name = Utf8Text.NameOf(property);
                evaluation.Into(name);
                holds &= schema.Always == false
                    ? evaluation.Report(
                        this,
                        $"the property '{Shown.Shorten(name)}' is not allowed: no part of the schema knows it")
                    : schema.Check(property.Value, evaluation, null);
                evaluation.Out();
                if (!holds && !evaluation.WantsMore)
                {
                    return false;
                }
            }
        }

        marks!.MarkAll();
        return holds;
    }
}
