using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.Values;

namespace Orleans.Agents.Serialization;

/// <summary>What is taken out of one text while it is written, and where.</summary>
// All payloads are written in one place, so none can be forgotten. The serializer tells that place nothing but the writer;
// what is to be done with large ones therefore belongs to the thread, for one call. Small ones do not get as far as here.
internal sealed class BlobTaking
{
    [ThreadStatic]
    private static bool isOn;

    [ThreadStatic]
    private static BlobTaking? current;

    private readonly HashSet<string> hashes = new(StringComparer.Ordinal);
    private readonly ImmutableArray<Blob>.Builder blobs = ImmutableArray.CreateBuilder<Blob>();

    /// <summary>Where marks stand in the text.</summary>
    public List<long> Places { get; } = [];

    /// <summary>What was taken out, each once.</summary>
    public ImmutableArray<Blob> Blobs => blobs.ToImmutable();

    /// <summary>From now on this thread takes large payloads out of what it writes.</summary>
    public static void Begin() => isOn = true;

    /// <summary>From now on it does not.</summary>
    /// <returns>What it took out; null when that is nothing.</returns>
    public static BlobTaking? End()
    {
        isOn = false;
        var taken = current;
        current = null;
        return taken;
    }

    /// <summary>Writes a large payload with marks in the place of its large parts, if they are taken out now.</summary>
    public static bool TryWrite(Payload payload, Utf8JsonWriter writer)
    {
        if (isOn)
        {
            (current ??= new BlobTaking()).Write(payload.Utf8, writer);
        }

        return isOn;
    }

    private void Write(ReadOnlyMemory<byte> payload, Utf8JsonWriter writer)
    {
        var cuts = BlobCuts.Of(payload.Span);
        var text = new byte[payload.Length + cuts.Sum(cut => StoredText.MarkLength - cut.Length)];
        var (read, written) = (0, 0);
        var marks = new List<int>(cuts.Count);
        foreach (var cut in cuts)
        {
            payload.Span[read..cut.Start].CopyTo(text.AsSpan(written));
            written += cut.Start - read;
            read = cut.Start + cut.Length;
            marks.Add(written);
            written += StoredText.WriteMark(Take(payload.Slice(cut.Start, cut.Length)), text.AsSpan(written));
        }

        payload.Span[read..].CopyTo(text.AsSpan(written));
        writer.WriteRawValue(text, skipInputValidation: true);
        var start = writer.BytesCommitted + writer.BytesPending - text.Length;
        marks.ForEach(mark => Places.Add(start + mark));
    }

    private string Take(ReadOnlyMemory<byte> body)
    {
        var blob = Blob.Of(body);
        if (hashes.Add(blob.Hash))
        {
            blobs.Add(blob);
        }

        return blob.Hash;
    }
}
