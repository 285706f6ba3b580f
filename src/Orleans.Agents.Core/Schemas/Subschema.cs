using System.Text.Json;
using Orleans.Agents.Schemas.Rules;

namespace Orleans.Agents.Schemas;

/// <summary>One compiled schema, at any place of any document.</summary>
internal sealed class Subschema(string path, SchemaResource resource)
{
    private bool tracksProperties;
    private bool tracksItems;

    /// <summary>Where it stands, as messages say it.</summary>
    public string Path => path;

    public SchemaResource Resource => resource;

    /// <summary>The answer of a schema that is just <c>true</c> or <c>false</c>.</summary>
    public bool? Always { get; set; }

    /// <summary>What it demands; rules about what the others left over come last.</summary>
    public Rule[] Rules { get; private set; } = [];

    /// <summary>The schemas that it applies to the very value it is applied to, references included.</summary>
    public List<Subschema> InPlace { get; } = [];

    /// <summary>Sets what it demands, once.</summary>
    public void Demand(IEnumerable<Rule> rules)
    {
        Rules = [.. rules];
        tracksProperties = Rules.Any(rule => rule is UnevaluatedPropertiesRule);
        tracksItems = Rules.Any(rule => rule is UnevaluatedItemsRule);
    }

    /// <summary>Whether a value matches; violations go to the evaluation.</summary>
    /// <param name="value">The value.</param>
    /// <param name="evaluation">The evaluation this is part of.</param>
    /// <param name="marks">Where to mark the properties or items that were looked at, when somebody asks.</param>
    public bool Check(JsonElement value, Evaluation evaluation, Marks? marks)
    {
        if (Always is { } answer)
        {
            return answer || evaluation.Report(path, "", $"nothing is allowed here, found {Shown.WithKind(value)}");
        }

        if (!evaluation.Enter(this))
        {
            return false;
        }

        var isTracking = value.ValueKind switch
        {
            JsonValueKind.Object => tracksProperties,
            JsonValueKind.Array => tracksItems,
            _ => false,
        };
        var holds = isTracking ? CheckTracking(value, evaluation, marks) : CheckRules(value, evaluation, marks);
        evaluation.Leave();
        return holds;
    }

    // What is unevaluated here is a question about this schema alone; what it evaluated is news for those around it.
    private bool CheckTracking(JsonElement value, Evaluation evaluation, Marks? marks)
    {
        var own = evaluation.RentMarks();
        var holds = CheckRules(value, evaluation, own);
        if (holds)
        {
            marks?.Add(own);
        }

        evaluation.Return(own);
        return holds;
    }

    private bool CheckRules(JsonElement value, Evaluation evaluation, Marks? marks)
    {
        var holds = true;
        foreach (var rule in Rules)
        {
            // A schema that failed has evaluated nothing: to name all of it as left over would only be noise.
            if (!holds && rule.IsAboutTheRest)
            {
                break;
            }

            if (!rule.Check(value, evaluation, marks))
            {
                holds = false;
                if (!evaluation.WantsMore)
                {
                    break;
                }
            }
        }

        return holds;
    }
}
