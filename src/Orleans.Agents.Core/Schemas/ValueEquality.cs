using System.Runtime.InteropServices;
using System.Text.Json;

namespace Orleans.Agents.Schemas;

/// <summary>When two JSON values are the same: numbers by worth, text without escapes, objects in any order.</summary>
internal static class ValueEquality
{
    /// <summary>Whether two values are the same, at the expense of an evaluation.</summary>
    public static bool AreSame(JsonElement one, JsonElement other, Evaluation evaluation)
    {
        if (one.ValueKind != other.ValueKind || !evaluation.Spend(1))
        {
            return false;
        }

        return one.ValueKind switch
        {
            JsonValueKind.Number => Number.Compare(NumberOf(one), NumberOf(other)) == 0,
            JsonValueKind.String => Utf8Text.Of(one).SequenceEqual(Utf8Text.Of(other)),
            JsonValueKind.Array => AreSameLists(one, other, evaluation),
            JsonValueKind.Object => AreSameObjects(one, other, evaluation),
            _ => true,
        };
    }

    /// <summary>A number that is the same for the same values; different values seldom share one.</summary>
    public static int HashOf(JsonElement value)
    {
        var hash = default(HashCode);
        hash.Add((int)value.ValueKind);
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                hash.Add(NumberOf(value));
                break;
            case JsonValueKind.String:
                hash.AddBytes(Utf8Text.Of(value));
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    hash.Add(HashOf(item));
                }

                break;
            case JsonValueKind.Object:
                hash.Add(HashOfProperties(value));
                break;
            default:
                break;
        }

        return hash.ToHashCode();
    }

    /// <summary>Looks a property up by name; of several the first.</summary>
    public static bool TryFind(JsonElement value, ReadOnlySpan<byte> name, out JsonElement found)
    {
        foreach (var property in value.EnumerateObject())
        {
            if (Utf8Text.NameOf(property).SequenceEqual(name))
            {
                found = property.Value;
                return true;
            }
        }

        found = default;
        return false;
    }

    private static Number NumberOf(JsonElement number) => Number.Read(JsonMarshal.GetRawUtf8Value(number));

    private static int HashOfProperties(JsonElement value)
    {
        var sum = 0;
        foreach (var property in value.EnumerateObject())
        {
            var hash = default(HashCode);
            hash.AddBytes(Utf8Text.NameOf(property));
            hash.Add(HashOf(property.Value));
            sum = unchecked(sum + hash.ToHashCode());
        }

        return sum;
    }

    private static bool AreSameLists(JsonElement one, JsonElement other, Evaluation evaluation)
    {
        if (one.GetArrayLength() != other.GetArrayLength())
        {
            return false;
        }

        var others = other.EnumerateArray();
        foreach (var item in one.EnumerateArray())
        {
            _ = others.MoveNext();
            if (!AreSame(item, others.Current, evaluation))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreSameObjects(JsonElement one, JsonElement other, Evaluation evaluation)
    {
        var count = one.GetPropertyCount();
        if (count != other.GetPropertyCount())
        {
            return false;
        }

        // Mostly both have one order; only where they differ is the whole object searched.
        var others = other.EnumerateObject();
        foreach (var property in one.EnumerateObject())
        {
            _ = others.MoveNext();
            var name = Utf8Text.NameOf(property);
            var counterpart = others.Current.Value;
            if (!Utf8Text.NameOf(others.Current).SequenceEqual(name)
                && (!evaluation.Spend(count) || !TryFind(other, name, out counterpart)))
            {
                return false;
            }

            if (!AreSame(property.Value, counterpart, evaluation))
            {
                return false;
            }
        }

        return true;
    }
}
