using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary><c>unevaluatedItems</c>: the items that nothing else in the schema looked at match a schema.</summary>
internal sealed class UnevaluatedItemsRule(string owner, Subschema schema) : Rule(owner, "unevaluatedItems")
{
    public override bool IsAboutTheRest => true;

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
            if (!marks!.Has(index))
            {
                evaluation.Into(index);
                holds &= schema.Check(item, evaluation, null);
                evaluation.Out();
                if (!holds && !evaluation.WantsMore)
                {
                    return false;
                }
            }

            index++;
        }

        marks!.MarkAll();
        return holds;
    }
}
