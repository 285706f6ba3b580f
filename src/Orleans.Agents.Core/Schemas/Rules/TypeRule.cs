using System.Runtime.InteropServices;
using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary><c>type</c>: a value is of one of some kinds.</summary>
internal sealed class TypeRule(string owner, JsonTypes allowed) : Rule(owner, "type")
{
    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks)
    {
        var isAllowed = value.ValueKind switch
        {
            JsonValueKind.Object => allowed.HasFlag(JsonTypes.Object),
            JsonValueKind.Array => allowed.HasFlag(JsonTypes.Array),
            JsonValueKind.String => allowed.HasFlag(JsonTypes.String),
            JsonValueKind.True or JsonValueKind.False => allowed.HasFlag(JsonTypes.Boolean),
            JsonValueKind.Null => allowed.HasFlag(JsonTypes.Null),
            _ => allowed.HasFlag(JsonTypes.Number)
                || (allowed.HasFlag(JsonTypes.Integer) && Number.Read(JsonMarshal.GetRawUtf8Value(value)).IsWhole),
        };
        return isAllowed
            || evaluation.Report(this, $"expected {Name(allowed)}, found {Shown.WithKind(value)}");
    }

    private static string Name(JsonTypes types) => string.Join(" or ", JsonTypeNames.In(types));
}
