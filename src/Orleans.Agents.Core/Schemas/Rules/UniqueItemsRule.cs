using System.Globalization;
using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary><c>uniqueItems</c>: no two items of a list are the same value.</summary>
internal sealed class UniqueItemsRule(string owner) : Rule(owner, "uniqueItems")
{
    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() < 2)
        {
            return true;
        }

        if (!evaluation.SpendOn(value))
        {
            return false;
        }

        var items = new JsonElement[value.GetArrayLength()];
        var nextOfHash = new int[items.Length];
        var lastOfHash = new Dictionary<int, int>(items.Length);
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var hash = ValueEquality.HashOf(item);
            var earlier = lastOfHash.GetValueOrDefault(hash, -1);
            nextOfHash[index] = earlier;
            for (; earlier >= 0; earlier = nextOfHash[earlier])
            {
                if (ValueEquality.AreSame(items[earlier], item, evaluation))
                {
                    return evaluation.Report(
                        this,
                        $"expected no item twice, found {Shown.Text(item)} at {Say(earlier)} and {Say(index)}");
                }
            }

            items[index] = item;
            lastOfHash[hash] = index++;
        }

        return true;
    }

    private static string Say(int index) => index.ToString(CultureInfo.InvariantCulture);
}
