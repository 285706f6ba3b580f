using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary><c>dependentRequired</c>: an object with one property has some others too.</summary>
internal sealed class DependentRequiredRule(
    string owner,
    ImmutableArray<(string Name, ImmutableArray<string> Needs)> entries)
    : Rule(owner, "dependentRequired")
{
    private readonly ImmutableArray<(byte[] Name, ImmutableArray<byte[]> Needs)> inUtf8 =
        [.. entries.Select(entry => (Encoding.UTF8.GetBytes(entry.Name), InUtf8(entry.Needs)))];

    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        var holds = true;
        foreach (var (name, needs) in inUtf8)
        {
            if (!evaluation.Spend(value.GetPropertyCount()))
            {
                return false;
            }

            if (!ValueEquality.TryFind(value, name, out _))
            {
                continue;
            }

            foreach (var needed in needs)
            {
                if (!evaluation.Spend(value.GetPropertyCount()))
                {
                    return false;
                }

                holds &= ValueEquality.TryFind(value, needed, out _)
                    || evaluation.Report(
                        this,
                        $"expected the property '{Utf8Text.Show(needed)}' because there is '{Utf8Text.Show(name)}'");
            }
        }

        return holds;
    }

    private static ImmutableArray<byte[]> InUtf8(ImmutableArray<string> names) =>
        [.. names.Select(Encoding.UTF8.GetBytes)];
}
