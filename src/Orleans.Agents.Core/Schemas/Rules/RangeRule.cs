using System.Runtime.InteropServices;
using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary><c>minimum</c>, <c>maximum</c>, <c>exclusiveMinimum</c>, <c>exclusiveMaximum</c>.</summary>
internal sealed class RangeRule(string owner, string keyword, JsonElement limit) : Rule(owner, keyword)
{
    private readonly Number bound = Number.Read(JsonMarshal.GetRawUtf8Value(limit));
    private readonly bool isMinimum = keyword.EndsWith("inimum", StringComparison.Ordinal);
    private readonly bool isExclusive = keyword.StartsWith("exclusive", StringComparison.Ordinal);

    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            return true;
        }

        var order = Number.Compare(Number.Read(JsonMarshal.GetRawUtf8Value(value)), bound);
        var isInside = isMinimum ? order > 0 : order < 0;
        return isInside || (order == 0 && !isExclusive)
            || evaluation.Report(
                this,
                $"expected a number {Relation()} {Shown.Text(limit)}, found {Shown.Text(value)}");
    }

    private string Relation() => (isMinimum, isExclusive) switch
    {
        (true, false) => "of at least",
        (true, true) => "greater than",
        (false, false) => "of at most",
        (false, true) => "less than",
    };
}
