using System.Collections.Immutable;
using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary><c>const</c> and <c>enum</c>: a value is one of some values.</summary>
internal sealed class EqualRule(string owner, string keyword, ImmutableArray<JsonElement> allowed)
    : Rule(owner, keyword)
{
    private readonly int[] hashes = [.. allowed.Select(ValueEquality.HashOf)];

    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks)
    {
        if (!evaluation.SpendOn(value))
        {
            return false;
        }

        var hash = ValueEquality.HashOf(value);
        for (var i = 0; i < hashes.Length; i++)
        {
            if (hashes[i] == hash && ValueEquality.AreSame(allowed[i], value, evaluation))
            {
                return true;
            }
        }

        return evaluation.Report(this, $"expected {Expectation()}, found {Shown.Text(value)}");
    }

    private string Expectation() => allowed switch
    {
        [] => "one of no values",
        [var only] => Shown.Text(only),
        _ => $"one of {Shown.List(allowed.Select(Shown.Text))}",
    };
}
