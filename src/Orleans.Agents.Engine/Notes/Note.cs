using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Notes;

/// <summary>What somebody who does not carry a run may want of it; stored in the run's inbox under these names.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Cancel), "cancel")]
internal abstract record Note
{
    private Note()
    {
    }

    /// <summary>What it means to the run.</summary>
    public RunCommand ToCommand() => this switch
    {
        Cancel cancel => new RunCommand.Cancel(cancel.Reason),
        _ => throw new UnreachableException(GetType().Name),
    };

    /// <summary>The note as it is stored.</summary>
    public ReadOnlyMemory<byte> Write()
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using var json = new Utf8JsonWriter(buffer, JsonText.Writing);
        JsonSerializer.Serialize(json, this, NoteJson.Default.Note);
        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>Reads a stored note.</summary>
    /// <exception cref="HistoryException">It is of a kind this program does not know, or damaged.</exception>
    public static Note Read(InboxNote stored)
    {
        try
        {
            return JsonSerializer.Deserialize(stored.Body.Span, NoteJson.Default.Note)
                ?? throw new JsonException("The note is null.");
        }
        catch (Exception unknown) when (unknown is JsonException or NotSupportedException)
        {
            throw new HistoryException(
                "history.too_new",
                $"Run {stored.Run}: note {stored.Id} in its inbox is not known to this version: {unknown.Message}",
                unknown);
        }
    }

    /// <summary>Stop: the run is to fail with <c>run.cancelled</c>.</summary>
    /// <param name="Reason">Why, for people.</param>
    public sealed record Cancel(string? Reason = null) : Note;
}

/// <summary>The stored form of notes. A change here is a change of file format.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Note))]
internal sealed partial class NoteJson : JsonSerializerContext;
