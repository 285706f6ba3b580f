using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Cli.Inputs;

/// <summary>What a run is started with, made out of <c>--input</c> and <c>--set</c>.</summary>
internal static class RunInput
{
    private static readonly JsonDocumentOptions Strict = new()
    {
        MaxDepth = Payload.MaxDepth,
        AllowDuplicateProperties = false,
    };

    /// <summary>Reads the input; without anything given it is <c>{}</c>.</summary>
    /// <param name="input">JSON, <c>@file</c> or <c>-</c> for the standard input; null when not given.</param>
    /// <param name="sets">Texts of the form <c>name=value</c>, laid over the input in order.</param>
    /// <param name="cancellation">Ends the wait for the standard input.</param>
    /// <exception cref="CommandException">Something of it cannot be read.</exception>
    public static async Task<Payload> ReadAsync(
        string? input, IReadOnlyList<string> sets, CancellationToken cancellation)
    {
        var payload = input is null ? Payload.EmptyObject : await ReadAsync(input, "--input", cancellation);
        if (sets.Count == 0)
        {
            return payload;
        }

        if (Parsed(payload) is not JsonObject root)
        {
            throw Invalid($"--set needs an object to set something in; {SourceOf(input!)} is not one.");
        }

        foreach (var set in sets)
        {
            Set(root, set);
        }

        return Checked(Written(root), "The input");
    }

    /// <summary>Reads one JSON value.</summary>
    /// <param name="input">JSON, <c>@file</c> or <c>-</c> for the standard input.</param>
    /// <param name="option">What it was given by.</param>
    /// <param name="cancellation">Ends the wait for the standard input.</param>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public static async Task<Payload> ReadAsync(string input, string option, CancellationToken cancellation)
    {
        var source = input is "-" or ['@', ..] ? SourceOf(input) : option;
        return Checked(await BytesAsync(input, source, cancellation), source);
    }

    private static async Task<ReadOnlyMemory<byte>> BytesAsync(string input, string source, CancellationToken cancellation)
    {
        if (input == "-")
        {
            await using var stdin = Console.OpenStandardInput();
            return await AllOfAsync(stdin, source, cancellation);
        }

        if (!input.StartsWith('@'))
        {
            return Encoding.UTF8.GetBytes(input);
        }

        try
        {
            await using var file = File.OpenRead(input[1..]);
            return await AllOfAsync(file, source, cancellation);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Invalid($"The input cannot be read: {problem.Message}");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> AllOfAsync(
        Stream stream, string source, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        var chunk = new byte[64 * 1024];
        while (await stream.ReadAsync(chunk, cancellation) is > 0 and var read)
        {
            bytes.Write(chunk.AsSpan(0, read));
            if (bytes.Length > RunLimits.PayloadBytes)
            {
                throw Invalid($"{source} is larger than the {RunLimits.PayloadBytes} bytes an input may have.");
            }
        }

        var all = bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
        return all.Span.StartsWith("\uFEFF"u8) ? all[3..] : all;
    }

    private static Payload Checked(ReadOnlyMemory<byte> utf8, string source)
    {
        if (!Utf8.IsValid(utf8.Span))
        {
            throw Invalid($"{source} is not UTF-8.");
        }

        return Payload.TryParse(utf8, out var payload, out var problem)
            ? payload
            : throw Invalid($"{source} is not one JSON value: {problem}");
    }

    private static JsonNode? Parsed(Payload payload)
    {
        try
        {
            return JsonNode.Parse(payload.Utf8.Span, documentOptions: Strict);
        }
        catch (JsonException problem)
        {
            throw Invalid($"The input cannot be set in: {problem.Message}");
        }
    }

    private static ReadOnlyMemory<byte> Written(JsonObject root)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, JsonText.Writing))
        {
            root.WriteTo(json);
        }

        return buffer.WrittenMemory;
    }

    private static void Set(JsonObject root, string set)
    {
        var equals = set.IndexOf('=', StringComparison.Ordinal);
        var path = equals < 0 ? [] : set[..equals].Split('.');
        if (path.Length == 0 || path.Any(name => name.Length == 0))
        {
            throw Invalid($"--set is '{set}'; expected a name and a value such as 'path=src' or 'limits.files=10'.");
        }

        var place = root;
        foreach (var name in path.AsSpan(0, path.Length - 1))
        {
            place[name] ??= new JsonObject();
            place = place[name] as JsonObject ?? throw Invalid($"--set is '{set}'; '{name}' is not an object already.");
        }

        place[path[^1]] = ValueOf(set[(equals + 1)..]);
    }

    private static JsonNode? ValueOf(string text) =>
        Payload.TryParse(Encoding.UTF8.GetBytes(text), out var value, out _) ? Parsed(value) : JsonValue.Create(text);

    private static string SourceOf(string input) => input switch
    {
        "-" => "The standard input",
        ['@', .. var file] => $"File '{file}'",
        _ => "--input",
    };

    private static CommandException Invalid(string message) => new(ExitCode.Usage, "cli.input", message);
}
