using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Values;

/// <summary>
/// One JSON value, kept as the UTF-8 it came in: well formed, read only when asked, written byte for byte as it was.
/// </summary>
/// <remarks>
/// The default is <c>null</c>. Two payloads are equal when their bytes are; <c>1</c> and <c>1.0</c> are not.
/// </remarks>
[JsonConverter(typeof(PayloadConverter))]
public readonly struct Payload : IEquatable<Payload>
{
    /// <summary>How deep lists and objects may nest.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonReaderOptions Strict = new() { MaxDepth = MaxDepth };

    private readonly ReadOnlyMemory<byte> utf8;

    private Payload(ReadOnlyMemory<byte> utf8) => this.utf8 = utf8;

    /// <summary>The JSON value <c>null</c>.</summary>
    public static Payload Null => default;

    /// <summary>The JSON value <c>{}</c>.</summary>
    public static Payload EmptyObject { get; } = new("{}"u8.ToArray());

    /// <summary>The value's text in UTF-8; never empty.</summary>
    public ReadOnlyMemory<byte> Utf8 => utf8.IsEmpty ? NullText : utf8;

    /// <summary>The size of the text in bytes.</summary>
    public int Length => Utf8.Length;

    /// <summary>Whether this is the JSON value <c>null</c>.</summary>
    public bool IsNull => utf8.IsEmpty || utf8.Span.SequenceEqual("null"u8);

    private static ReadOnlyMemory<byte> NullText { get; } = "null"u8.ToArray();

    /// <summary>Whether two payloads have the same bytes.</summary>
    public static bool operator ==(Payload left, Payload right) => left.Equals(right);

    /// <summary>Whether two payloads have different bytes.</summary>
    public static bool operator !=(Payload left, Payload right) => !left.Equals(right);

    /// <summary>Takes bytes that are known to be one well-formed JSON value, unchecked and uncopied.</summary>
    public static Payload FromTrusted(ReadOnlyMemory<byte> utf8) => new(utf8);

    /// <summary>Checks that some bytes are exactly one JSON value; they are not copied.</summary>
    /// <param name="utf8">The bytes; surrounding white space is allowed and dropped.</param>
    /// <param name="payload">The value.</param>
    /// <param name="problem">What is wrong and where, when the answer is no.</param>
    public static bool TryParse(
        ReadOnlyMemory<byte> utf8, out Payload payload, [NotNullWhen(false)] out string? problem)
    {
        var trimmed = utf8.Trim(" \t\r\n"u8);
        try
        {
            var reader = new Utf8JsonReader(trimmed.Span, Strict);
            while (reader.Read())
            {
            }

            payload = new Payload(trimmed);
            problem = null;
            return true;
        }
        catch (JsonException broken)
        {
            payload = default;
            problem = broken.Message;
            return false;
        }
    }

    /// <summary>Reads JSON text that the caller knows to be well formed.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static Payload Parse(string json) =>
        TryParse(Encoding.UTF8.GetBytes(json), out var payload, out var problem)
            ? payload
            : throw new FormatException(problem);

    /// <summary>The JSON string with this text.</summary>
    public static Payload FromText(string text)
    {
        var buffer = new ArrayBufferWriter<byte>(text.Length + 2);
        using (var writer = new Utf8JsonWriter(buffer, JsonText.Writing))
        {
            writer.WriteStringValue(text);
        }

        return new Payload(buffer.WrittenMemory);
    }

    /// <summary>
    /// Writes the value as it is; but when it is large and <see cref="StoredText"/> is written, what stands for it there.
    /// </summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        if (utf8.Length <= RunLimits.InlineBytes || !BlobTaking.TryWrite(this, writer))
        {
            writer.WriteRawValue(Utf8.Span, skipInputValidation: true);
        }
    }

    /// <inheritdoc/>
    public bool Equals(Payload other) => Utf8.Span.SequenceEqual(other.Utf8.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Payload other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Utf8.Span);
        return hash.ToHashCode();
    }

    /// <summary>The JSON text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Utf8.Span);
}

/// <summary>Reads and writes payloads as the bytes they are.</summary>
public sealed class PayloadConverter : JsonConverter<Payload>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override Payload Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Payload.FromTrusted(JsonMarshal.GetRawUtf8Value(JsonElement.ParseValue(ref reader)).ToArray());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Payload value, JsonSerializerOptions options) =>
        value.WriteTo(writer);
}
