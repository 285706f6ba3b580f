using System.Runtime.InteropServices;
using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary><c>multipleOf</c>, exactly: 0.3 is three times 0.1.</summary>
internal sealed class MultipleRule(string owner, JsonElement divisor) : Rule(owner, "multipleOf")
{
    private readonly Number unit = Number.Read(JsonMarshal.GetRawUtf8Value(divisor));

    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks) =>
        value.ValueKind != JsonValueKind.Number
        || Number.Read(JsonMarshal.GetRawUtf8Value(value)).IsMultipleOf(unit)
        || evaluation.Report(this, $"expected a multiple of {Shown.Text(divisor)}, found {Shown.Text(value)}");
}
