using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Orleans.Agents.Expressions;

namespace Orleans.Agents.Gateway.Requests;

/// <summary>Reads what a request carries, strictly: what it does not expect is a mistake of the caller, and is said.</summary>
internal static class RequestBody
{
    private const int Piece = 16 * 1024;

    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 128 };

    /// <summary>Reads the document a request carries.</summary>
    /// <exception cref="RefusedException">It is none.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, long mostBytes)
        where T : class
    {
        RefuseOtherMedia(context.Request);
        var bytes = await BytesAsync(context, mostBytes);
        try
        {
            using var document = JsonDocument.Parse(bytes, Reading);
            CheckFields(document.RootElement, type);
            return document.Deserialize(type) ?? throw Refused("request.malformed", "The body is null; an object is expected.");
        }
        catch (JsonException broken)
        {
            throw Malformed(broken);
        }
    }

    /// <summary>The same for a request that may carry nothing.</summary>
    /// <exception cref="RefusedException">It carries something that is none.</exception>
    public static async Task<T> ReadOptionalAsync<T>(HttpContext context, JsonTypeInfo<T> type, T nothing, long mostBytes)
        where T : class =>
        context.Request.ContentLength is 0
            || (context.Request.ContentLength is null && !context.Request.Headers.ContainsKey("Transfer-Encoding")
                && context.Request.ContentType is null)
            ? nothing
            : await ReadAsync(context, type, mostBytes);

    private static void RefuseOtherMedia(HttpRequest request)
    {
        if (!request.HasJsonContentType())
        {
            throw new RefusedException(
                Refusal.Of("request.media_type", $"The body is '{request.ContentType ?? "of no type"}'.") with
                {
                    Place = "content-type",
                    Expected = "application/json",
                });
        }
    }

    // The server counts too, where it is one; a body of unknown length is counted here in any case.
    private static async Task<ReadOnlyMemory<byte>> BytesAsync(HttpContext context, long mostBytes)
    {
        var buffer = new ArrayBufferWriter<byte>((int)Math.Clamp(context.Request.ContentLength ?? Piece, 1, Piece));
        while (await context.Request.Body.ReadAsync(buffer.GetMemory(Piece), context.RequestAborted) is > 0 and var read)
        {
            buffer.Advance(read);
            if (buffer.WrittenCount > mostBytes)
            {
                throw new RefusedException(TooLarge(mostBytes));
            }
        }

        return buffer.WrittenMemory;
    }

    public static Refusal TooLarge(long mostBytes) =>
        Refusal.Of("request.too_large", $"The body is larger than {mostBytes} bytes.") with { Expected = $"{mostBytes} bytes at most" };

    private static void CheckFields<T>(JsonElement body, JsonTypeInfo<T> type)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw Refused("request.malformed", $"The body is {body.ValueKind}; an object is expected.");
        }

        var names = type.Properties.Select(property => property.Name).ToList();
        foreach (var field in body.EnumerateObject())
        {
            if (!names.Contains(field.Name, StringComparer.Ordinal))
            {
                throw new RefusedException(Refusal.Of("request.unknown_field", $"There is no field '{field.Name}'.") with
                {
                    Place = $"$.{field.Name}",
                    Expected = string.Join(", ", names),
                    Suggestion = NearestName.Of(field.Name, names),
                });
            }
        }

        foreach (var missing in type.Properties.Where(property => property.IsRequired && !body.TryGetProperty(property.Name, out _)))
        {
            throw new RefusedException(
                Refusal.Of("request.missing_field", $"The field '{missing.Name}' is missing.") with { Place = $"$.{missing.Name}" });
        }
    }

    // What the serializer says of fields names types of ours; what the reader says of the text is for anybody.
    private static RefusedException Malformed(JsonException broken)
    {
        var isText = broken.Path is null or "$";
        var place = isText
            ? $"line {(broken.LineNumber ?? 0) + 1}, byte {(broken.BytePositionInLine ?? 0) + 1}"
            : broken.Path;
        var detail = isText ? $"The body is not JSON: {broken.Message}" : $"What is at {broken.Path} is not of the type that is expected.";
        return new RefusedException(Refusal.Of("request.malformed", detail) with { Place = place });
    }

    private static RefusedException Refused(string code, string detail) => new(Refusal.Of(code, detail));
}
