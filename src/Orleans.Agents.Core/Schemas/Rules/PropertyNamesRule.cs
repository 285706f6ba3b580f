using System.Runtime.InteropServices;
using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary><c>propertyNames</c>: every name of an object, as a text, matches a schema.</summary>
internal sealed class PropertyNamesRule(string owner, Subschema schema) : Rule(owner, "propertyNames")
{
    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        var holds = true;
        foreach (var property in value.EnumerateObject())
        {
            evaluation.Into(Utf8Text.NameOf(property));
            holds &= schema.Check(AsText(property), evaluation, null);
            evaluation.Out();
            if (!holds && !evaluation.WantsMore)
            {
                return false;
            }
        }

        return holds;
    }

    private static JsonElement AsText(JsonProperty property)
    {
        var reader = new Utf8JsonReader([(byte)'"', .. JsonMarshal.GetRawUtf8PropertyName(property), (byte)'"']);
        return JsonElement.ParseValue(ref reader);
    }
}
