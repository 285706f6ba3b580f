using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary>What there may be more or less of.</summary>
internal enum Counted
{
    Letters,
    Items,
    Properties,
}

/// <summary>
/// <c>minLength</c>, <c>maxLength</c>, <c>minItems</c>, <c>maxItems</c>, <c>minProperties</c>, <c>maxProperties</c>.
/// </summary>
internal sealed class CountRule(string owner, string keyword, Counted counted, bool isMinimum, long limit)
    : Rule(owner, keyword)
{
    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks)
    {
        long count;
        switch (counted, value.ValueKind)
        {
            case (Counted.Letters, JsonValueKind.String):
                count = Utf8Text.CountLetters(Utf8Text.Of(value));
                break;
            case (Counted.Items, JsonValueKind.Array):
                count = value.GetArrayLength();
                break;
            case (Counted.Properties, JsonValueKind.Object):
                count = value.GetPropertyCount();
                break;
            default:
                return true;
        }

        return (isMinimum ? count >= limit : count <= limit)
            || evaluation.Report(this, $"expected {Say()}, found {Say(count)}: {Shown.Text(value)}");
    }

    private string Say() => $"at {(isMinimum ? "least" : "most")} {Say(limit)}";

    private string Say(long count) => counted switch
    {
        Counted.Letters => Shown.Count(count, "character", "characters"),
        Counted.Items => Shown.Count(count, "item", "items"),
        _ => Shown.Count(count, "property", "properties"),
    };
}
