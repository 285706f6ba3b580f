using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Orleans.Agents.Runs;
using Orleans.Agents.Schemas;
using Orleans.Agents.Serialization;
using Orleans.Agents.Values;

namespace Orleans.Agents.Replays;

/// <summary>Compares facts as they are stored: that is what a difference is named by, and what is kept for ever.</summary>
internal static class FactComparison
{
    private const string Snapshot = "snapshot";

    // As deep as stored facts may be.
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 256 };

    /// <summary>How many of some facts are, one after the other, those recorded from a place on.</summary>
    public static int CountSame(ImmutableArray<RunEvent> decided, ImmutableArray<RunEvent> recorded, int first)
    {
        var most = Math.Min(decided.Length, recorded.Length - first);
        var same = 0;
        while (same < most && IsSame(decided[same], recorded[first + same]))
        {
            same++;
        }

        return same;
    }

    /// <summary>The first difference between what a command led to and what is recorded from a place on.</summary>
    /// <param name="nearest">What the likeliest command led to; null when none leads to such a fact.</param>
    /// <param name="recorded">The facts of the append.</param>
    /// <param name="first">The place.</param>
    /// <param name="version">The number of the fact there.</param>
    /// <param name="at">When they happened.</param>
    /// <param name="append">The version of the append.</param>
    public static Difference Describe(
        Mismatch? nearest, ImmutableArray<RunEvent> recorded, int first, long version, DateTimeOffset at, long append)
    {
        var same = nearest?.Same ?? 0;
        using var one = first + same < recorded.Length ? Parsed(recorded[first + same]) : null;
        if (nearest?.Decision is not Decision.Accepted accepted)
        {
            return new Difference(append, version, TypeOf(one), null, "", ValueOf(one?.RootElement), null, WhyNot(nearest));
        }

        if (accepted.At != at)
        {
            return new Difference(append, version, TypeOf(one), TypeOf(one), "/at", Moment(at), Moment(accepted.At));
        }

        return Between(one is null ? null : recorded[first + same], accepted.Events[same], version + same, append);
    }

    /// <summary>The difference between what is recorded and what is decided; one of them may be missing.</summary>
    public static Difference Between(RunEvent? recorded, RunEvent? decided, long version, long append)
    {
        using var one = recorded is null ? null : Parsed(recorded);
        using var other = decided is null ? null : Parsed(decided);
        if (one is null || other is null)
        {
            return new Difference(
                append, version, TypeOf(one), TypeOf(other), "", ValueOf(one?.RootElement), ValueOf(other?.RootElement));
        }

        var (field, left, right) = Find(one.RootElement, other.RootElement, "") ?? ("", one.RootElement, other.RootElement);
        return new Difference(append, version, TypeOf(one), TypeOf(other), field, ValueOf(left), ValueOf(right));
    }

    /// <summary>The difference between a snapshot and what the facts make of the run; null when there is none.</summary>
    public static Difference? Between(RunState kept, RunState folded)
    {
        using var one = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(kept, RunJson.Default.RunState), Reading);
        using var other = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(folded, RunJson.Default.RunState), Reading);
        return Find(one.RootElement, other.RootElement, "") is var (field, left, right)
            ? new Difference(folded.Version, folded.Version, Snapshot, Snapshot, field, ValueOf(left), ValueOf(right))
            : null;
    }

    /// <summary>The first place at which two values differ; null when they do not.</summary>
    internal static (string Field, JsonElement? One, JsonElement? Other)? Find(JsonElement one, JsonElement other, string field)
    {
        if (one.ValueKind != other.ValueKind)
        {
            return (field, one, other);
        }

        return one.ValueKind switch
        {
            JsonValueKind.Object => FindInObject(one, other, field),
            JsonValueKind.Array => FindInArray(one, other, field),
            JsonValueKind.String => one.GetString() == other.GetString() ? null : (field, one, other),
            _ => one.GetRawText() == other.GetRawText() ? null : (field, one, other),
        };
    }

    private static (string Field, JsonElement? One, JsonElement? Other)? FindInObject(
        JsonElement one, JsonElement other, string field)
    {
        foreach (var member in one.EnumerateObject())
        {
            var place = $"{field}/{JsonPointer.Escape(member.Name)}";
            if (!other.TryGetProperty(member.Name, out var value))
            {
                return (place, member.Value, null);
            }

            if (Find(member.Value, value, place) is { } found)
            {
                return found;
            }
        }

        foreach (var member in other.EnumerateObject())
        {
            if (!one.TryGetProperty(member.Name, out _))
            {
                return ($"{field}/{JsonPointer.Escape(member.Name)}", null, member.Value);
            }
        }

        return null;
    }

    private static (string Field, JsonElement? One, JsonElement? Other)? FindInArray(
        JsonElement one, JsonElement other, string field)
    {
        var (length, otherLength) = (one.GetArrayLength(), other.GetArrayLength());
        for (var i = 0; i < Math.Max(length, otherLength); i++)
        {
            JsonElement? left = i < length ? one[i] : null;
            JsonElement? right = i < otherLength ? other[i] : null;
            if (left is null || right is null)
            {
                return ($"{field}/{i}", left, right);
            }

            if (Find(left.Value, right.Value, $"{field}/{i}") is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>Whether two facts are stored as the same bytes.</summary>
    public static bool IsSame(RunEvent one, RunEvent other) =>
        one.GetType() == other.GetType() && Written(one).AsSpan().SequenceEqual(Written(other));

    private static byte[] Written(RunEvent happened) => JsonSerializer.SerializeToUtf8Bytes(happened, RunJson.Default.RunEvent);

    private static JsonDocument Parsed(RunEvent happened) => JsonDocument.Parse(Written(happened), Reading);

    private static string? TypeOf(JsonDocument? happened) => happened?.RootElement.GetProperty("type").GetString();

    private static Payload? ValueOf(JsonElement? value) =>
        value is { } there ? Payload.FromTrusted(JsonMarshal.GetRawUtf8Value(there).ToArray()) : null;

    private static Payload Moment(DateTimeOffset at) => Payload.FromText($"{at:O}");

    private static string WhyNot(Mismatch? nearest) => nearest?.Decision switch
    {
        Decision.Ignored ignored => ignored.Why,
        Decision.Rejected rejected => rejected.Why,
        _ => "Nothing that a run may be told leads to such a fact there.",
    };
}
