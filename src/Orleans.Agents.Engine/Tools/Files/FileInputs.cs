using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Agents.Tools.Files;

/// <summary>What every tool over files is given.</summary>
internal interface IFileInput
{
    /// <summary>The folder it works in.</summary>
    string? Root { get; }

    /// <summary>The path below it, for tools of one file.</summary>
    string? Path => null;

    /// <summary>What is wrong with the input although it has the right form; null when nothing is.</summary>
    string? Problem => null;
}

internal sealed record TreeInput(
    string Root,
    string[]? Include = null,
    string[]? Exclude = null,
    int MaxEntries = TreeInput.DefaultMaxEntries,
    int? MaxDepth = null) : IFileInput
{
    public const int DefaultMaxEntries = 10_000;
    public const int LimitMaxEntries = 100_000;

    public string? Problem =>
        InputRules.Between("max_entries", MaxEntries, 1, LimitMaxEntries)
        ?? InputRules.Between("max_depth", MaxDepth ?? 1, 1, FolderWalk.MaxDepth)
        ?? InputRules.Globs("include", Include)
        ?? InputRules.Globs("exclude", Exclude);
}

internal sealed record ReadInput(
    string Root,
    string Path,
    int FromLine = 1,
    int? MaxLines = null,
    int MaxBytes = ReadInput.DefaultMaxBytes) : IFileInput
{
    public const int DefaultMaxBytes = 256 * 1024;
    public const int LimitMaxBytes = 1024 * 1024;

    public string? Problem =>
        InputRules.Between("from_line", FromLine, 1, int.MaxValue)
        ?? InputRules.Between("max_lines", MaxLines ?? 1, 1, int.MaxValue)
        ?? InputRules.Between("max_bytes", MaxBytes, 1, LimitMaxBytes);
}

internal sealed record SearchInput(
    string Root,
    string Pattern,
    string[]? Include = null,
    string[]? Exclude = null,
    bool CaseSensitive = true,
    int MaxMatches = SearchInput.DefaultMaxMatches,
    int MaxFileBytes = SearchInput.DefaultMaxFileBytes) : IFileInput
{
    public const int DefaultMaxMatches = 1000;
    public const int LimitMaxMatches = 10_000;
    public const int DefaultMaxFileBytes = 10 * 1024 * 1024;
    public const int LimitMaxFileBytes = 64 * 1024 * 1024;
    public const int MaxPatternLength = 1000;

    public string? Problem =>
        InputRules.Between("max_matches", MaxMatches, 1, LimitMaxMatches)
        ?? InputRules.Between("max_file_bytes", MaxFileBytes, 1, LimitMaxFileBytes)
        ?? (Pattern.Length > MaxPatternLength ? $"pattern has more than {MaxPatternLength} characters" : null)
        ?? InputRules.Globs("include", Include)
        ?? InputRules.Globs("exclude", Exclude);
}

internal sealed record StatInput(string Root, string Path) : IFileInput;

internal sealed record WriteInput(string Root, string Path, string Text, bool CreateDirectories = false) : IFileInput;

/// <summary>The form of inputs, as strict as their schemas.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(WholeNumberConverter)])]
[JsonSerializable(typeof(TreeInput))]
[JsonSerializable(typeof(ReadInput))]
[JsonSerializable(typeof(SearchInput))]
[JsonSerializable(typeof(StatInput))]
[JsonSerializable(typeof(WriteInput))]
[JsonSerializable(typeof(Text.CountInput))]
internal sealed partial class FileInputJson : JsonSerializerContext;

/// <summary>Reads what JSON Schema calls an integer: <c>10.0</c> and <c>1e1</c> are one.</summary>
internal sealed class WholeNumberConverter : JsonConverter<int>
{
    public override int Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.Number
        && reader.TryGetDecimal(out var number)
        && number is >= int.MinValue and <= int.MaxValue
        && decimal.IsInteger(number)
            ? (int)number
            : throw new JsonException("A whole number was expected.");

    public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value);
}

/// <summary>The limits of inputs, in words for whoever wrote the input.</summary>
internal static class InputRules
{
    public static string? Between(string name, int value, int least, int most) =>
        value >= least && value <= most ? null : $"{name} must be between {least} and {most}, and is {value}";

    public static string? Globs(string name, string[]? globs) =>
        globs is null ? null
        : globs.Length > FileFilter.MaxPatterns ? $"{name} has more than {FileFilter.MaxPatterns} patterns"
        : globs.Any(glob => glob is null or "" || glob.Length > FileFilter.MaxPatternLength)
            ? $"each of {name} must have 1 to {FileFilter.MaxPatternLength} characters"
        : null;
}
