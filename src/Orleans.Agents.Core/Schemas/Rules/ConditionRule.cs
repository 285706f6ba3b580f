using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary><c>if</c>, <c>then</c>, <c>else</c>: which schema a value has to match depends on a third.</summary>
internal sealed class ConditionRule(string owner, Subschema condition, Subschema? then, Subschema? otherwise)
    : Rule(owner, "if")
{
    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks)
    {
        var branch = Alternatives.Matches(condition, value, evaluation, marks) ? then : otherwise;
        return branch is null || branch.Check(value, evaluation, marks);
    }
}
