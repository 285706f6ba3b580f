using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orleans.Agents.Silo.Wire;

/// <summary>
/// What grains say to each other: JSON of our own in UTF-8, so that two versions of this program understand each other and
/// the rules need not know of Orleans. The bytes are never changed once they were handed over.
/// </summary>
[GenerateSerializer]
[Immutable]
[Alias("agents.envelope")]
internal readonly struct Envelope(byte[] json)
{
    /// <summary>The JSON.</summary>
    [Id(0)]
    public readonly byte[] Json = json;

    /// <summary>Puts a message into an envelope.</summary>
    public static Envelope Of<TMessage>(TMessage message, JsonTypeInfo<TMessage> form) =>
        new(JsonSerializer.SerializeToUtf8Bytes(message, form));

    /// <summary>Reads the message. Fields that are not known are passed over.</summary>
    /// <exception cref="UnknownMessageException">It is of a kind this version does not know, or damaged.</exception>
    public TMessage Read<TMessage>(JsonTypeInfo<TMessage> form)
    {
        try
        {
            return JsonSerializer.Deserialize(Json, form) ?? throw new JsonException("The message is null.");
        }
        catch (Exception unknown) when (unknown is JsonException or NotSupportedException)
        {
            throw new UnknownMessageException(
                $"A message of kind {typeof(TMessage).Name} is not known to this version: {unknown.Message}", unknown);
        }
    }
}
