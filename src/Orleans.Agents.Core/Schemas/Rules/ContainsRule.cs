using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary><c>contains</c>, <c>minContains</c>, <c>maxContains</c>: some items of a list match a schema.</summary>
internal sealed class ContainsRule(string owner, Subschema schema, long least, long? most) : Rule(owner, "contains")
{
    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        long count = 0;
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (evaluation.Ask(schema, item, null))
            {
                count++;
                marks?.Mark(index);
            }

            index++;
            if (count >= least && most is null && marks is null)
            {
                return true;
            }
        }

        if (count < least)
        {
            var (path, keyword) = least == 1 ? (SchemaPath, Keyword) : (PathOf("minContains"), "minContains");
            return evaluation.Report(
                path,
                keyword,
                $"expected at least {Say(least)} to match {SchemaPath}, found {Say(count)}: {Shown.Text(value)}");
        }

        return most is not { } limit || count <= limit
            || evaluation.Report(
                PathOf("maxContains"),
                "maxContains",
                $"expected at most {Say(limit)} to match {SchemaPath}, found {Say(count)}: {Shown.Text(value)}");
    }

    private static string Say(long count) => Shown.Count(count, "item", "items");
}
