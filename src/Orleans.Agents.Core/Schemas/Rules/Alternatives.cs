using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary>What <c>anyOf</c> and <c>oneOf</c> have in common.</summary>
internal static class Alternatives
{
    /// <summary>Asks one alternative; what it marked counts only if it matches.</summary>
    public static bool Matches(Subschema schema, JsonElement value, Evaluation evaluation, Marks? marks)
    {
        if (marks is null)
        {
            return evaluation.Ask(schema, value, null);
        }

        var own = evaluation.RentMarks();
        var holds = evaluation.Ask(schema, value, own);
        if (holds)
        {
            marks.Add(own);
        }

        evaluation.Return(own);
        return holds;
    }

    /// <summary>Says that none matches, and what is wrong with the one that came nearest.</summary>
    public static bool ReportNone(
        Rule rule,
        ImmutableArray<Subschema> schemas,
        JsonElement value,
        Evaluation evaluation)
    {
        if (!evaluation.WantsMore)
        {
            return false;
        }

        Subschema? nearest = null;
        List<SchemaViolation> violations = [];
        foreach (var schema in schemas)
        {
            var explored = evaluation.Explore(schema, value);
            if (nearest is null || IsNearer(explored, violations))
            {
                nearest = schema;
                violations = explored;
            }
        }

        var count = schemas.Length.ToString(CultureInfo.InvariantCulture);
        var found = Shown.WithKind(value);
        _ = evaluation.Report(
            rule,
            $"expected one of {count} alternatives to match, found {found}; the nearest is {nearest!.Path}");
        evaluation.Adopt(violations);
        return false;
    }

    // An alternative whose violations lie deeper is of the right shape so far; among those the one with fewer.
    private static bool IsNearer(List<SchemaViolation> found, List<SchemaViolation> best) =>
        (Depth(found), -found.Count).CompareTo((Depth(best), -best.Count)) > 0;

    private static int Depth(List<SchemaViolation> violations) =>
        violations.Count == 0 ? 0 : violations.Min(violation => violation.InstancePath.Count(letter => letter == '/'));
}
