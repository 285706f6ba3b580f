using System.Text.Json;
using Orleans.Agents.Schemas.Patterns;

namespace Orleans.Agents.Schemas.Rules;

/// <summary><c>pattern</c>: a text has a part that a regular expression matches.</summary>
internal sealed class PatternRule(string owner, Pattern pattern) : Rule(owner, "pattern")
{
    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return true;
        }

        if (!evaluation.SpendOn(value))
        {
            return false;
        }

        return pattern.Match(Utf8Text.Of(value)) switch
        {
            PatternMatch.Yes => true,
            PatternMatch.No =>
                evaluation.Report(this, $"expected text that matches {pattern.Source}, found {Shown.Text(value)}"),
            _ => evaluation.Break(SchemaPath, Keyword, pattern.TooSlow(Shown.Text(value))),
        };
    }
}
