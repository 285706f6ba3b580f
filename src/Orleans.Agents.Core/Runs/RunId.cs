using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Agents.Runs;

/// <summary>Names one run, for ever and everywhere.</summary>
/// <param name="Value">1 to 128 characters of <c>a-z 0-9 - _ .</c>; <see cref="IsValid"/> says whether a text is one.</param>
[JsonConverter(typeof(RunIdConverter))]
public readonly record struct RunId(string Value)
{
    /// <summary>The longest name a run may have.</summary>
    public const int MaxLength = 128;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>Whether a text may name a run.</summary>
    public static bool IsValid(string text) =>
        text.Length is > 0 and <= MaxLength && !text.AsSpan().ContainsAnyExcept(Allowed);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Reads and writes names of runs as texts.</summary>
public sealed class RunIdConverter : JsonConverter<RunId>
{
    /// <inheritdoc/>
    public override RunId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString() ?? throw new JsonException("A run id cannot be null."));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, RunId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}
