using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orleans.Agents.Serialization;

/// <summary>
/// The text in which facts and snapshots are stored: their JSON; or, when something large was taken out of it,
/// <c>{"blobs_at":[…],"value":…}</c>.
/// </summary>
/// <remarks>
/// In <c>value</c> a mark, <c>{"$blob":"…"}</c> with the hash, stands for each part that was taken out, and
/// <c>blobs_at</c> says at which bytes of it. Only what stands there is a mark: a payload that looks like one is elsewhere.
/// </remarks>
public static class StoredText
{
    /// <summary>The length of a mark.</summary>
    internal const int MarkLength = 10 + Blob.HashLength + 2;

    private static ReadOnlySpan<byte> Head => "{\"blobs_at\":["u8;

    private static ReadOnlySpan<byte> Middle => "],\"value\":"u8;

    private static ReadOnlySpan<byte> MarkHead => "{\"$blob\":\""u8;

    private static ReadOnlySpan<byte> MarkTail => "\"}"u8;

    /// <summary>Writes a value with an empty buffer and a writer over it, and takes large parts of payloads out of it.</summary>
    /// <param name="value">Facts, or a state.</param>
    /// <param name="type">How it is written.</param>
    /// <param name="buffer">The buffer; what is in it afterwards is not the answer.</param>
    /// <param name="writer">The writer over it.</param>
    /// <param name="blobs">What was taken out, each once.</param>
    /// <returns>The text to store.</returns>
    public static ReadOnlyMemory<byte> Write<T>(
        T value,
        JsonTypeInfo<T> type,
        ArrayBufferWriter<byte> buffer,
        Utf8JsonWriter writer,
        out ImmutableArray<Blob> blobs)
    {
        BlobTaking? taken;
        BlobTaking.Begin();
        try
        {
            JsonSerializer.Serialize(writer, value, type);
            writer.Flush();
        }
        finally
        {
            taken = BlobTaking.End();
        }

        blobs = taken?.Blobs ?? [];
        return taken is null ? buffer.WrittenSpan.ToArray() : WithPlaces(taken.Places, buffer.WrittenSpan);
    }

    /// <summary>The hashes of what was taken out of a text; none of one that is damaged.</summary>
    public static ImmutableArray<string> HashesIn(ReadOnlySpan<byte> stored)
    {
        try
        {
            return TryOpen(stored, out var places, out var value) ? HashesAt(places, value) : [];
        }
        catch (InvalidDataException)
        {
            return []; // whoever reads it is told
        }
    }

    /// <summary>Puts everything back that was taken out of a text.</summary>
    /// <param name="stored">The text as it is stored.</param>
    /// <param name="blobs">The blobs of its run that it refers to, by hash.</param>
    /// <exception cref="InvalidDataException">One is missing, or the text is damaged.</exception>
    public static ReadOnlyMemory<byte> PutBack(
        ReadOnlyMemory<byte> stored, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> blobs)
    {
        if (!TryOpen(stored.Span, out var places, out var value))
        {
            return stored;
        }

        var bodies = HashesAt(places, value)
            .Select(hash => blobs.TryGetValue(hash, out var body)
                ? body
                : throw new InvalidDataException($"Blob {hash} is missing or damaged."))
            .ToList();
        var text = new byte[value.Length + bodies.Sum(body => body.Length - MarkLength)];
        var (read, written) = (0, 0);
        for (var i = 0; i < places.Count; i++)
        {
            value[read..places[i]].CopyTo(text.AsSpan(written));
            written += places[i] - read;
            bodies[i].Span.CopyTo(text.AsSpan(written));
            written += bodies[i].Length;
            read = places[i] + MarkLength;
        }

        value[read..].CopyTo(text.AsSpan(written));
        return text;
    }

    /// <summary>Writes the mark of a blob.</summary>
    /// <returns>Its length.</returns>
    internal static int WriteMark(string hash, Span<byte> text)
    {
        MarkHead.CopyTo(text);
        Encoding.ASCII.GetBytes(hash, text[MarkHead.Length..]);
        MarkTail.CopyTo(text[(MarkHead.Length + Blob.HashLength)..]);
        return MarkLength;
    }

    private static byte[] WithPlaces(List<long> places, ReadOnlySpan<byte> value)
    {
        var list = string.Join(',', places.Select(place => place.ToString(CultureInfo.InvariantCulture)));
        return [.. Head, .. Encoding.ASCII.GetBytes(list), .. Middle, .. value, (byte)'}'];
    }

    // A list of facts begins with a bracket and a state with a field of its own, so this is none of them.
    private static bool TryOpen(
        ReadOnlySpan<byte> stored, [NotNullWhen(true)] out List<int>? places, out ReadOnlySpan<byte> value)
    {
        places = null;
        value = default;
        if (!stored.StartsWith(Head))
        {
            return false;
        }

        places = [];
        var rest = stored[Head.Length..];
        while (Utf8Parser.TryParse(rest, out int place, out var digits))
        {
            places.Add(place);
            rest = rest[digits..];
            rest = rest.StartsWith(","u8) ? rest[1..] : rest;
        }

        if (!rest.StartsWith(Middle) || !rest.EndsWith("}"u8))
        {
            throw new InvalidDataException("The text does not say where something was taken out of it.");
        }

        value = rest[Middle.Length..^1];
        return true;
    }

    private static ImmutableArray<string> HashesAt(List<int> places, ReadOnlySpan<byte> value)
    {
        var hashes = ImmutableArray.CreateBuilder<string>(places.Count);
        var end = 0;
        foreach (var place in places)
        {
            if (place < end || place > value.Length - MarkLength || !value[place..].StartsWith(MarkHead))
            {
                throw new InvalidDataException($"At byte {place} there should be the mark of a blob.");
            }

            hashes.Add(Encoding.ASCII.GetString(value.Slice(place + MarkHead.Length, Blob.HashLength)));
            end = place + MarkLength;
        }

        return hashes.MoveToImmutable();
    }
}
