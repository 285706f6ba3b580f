using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Agents.Runs;

/// <summary>Names one run, for ever and everywhere.</summary>
/// <param name="Value">
/// 1 to 128 characters of <c>a-z 0-9 - _ . ~ :</c>; <see cref="IsValid"/> says whether a text is one. Only the names of child
/// runs have <c>~</c> in them, and only those of runs that belong to a tenant <c>:</c>, after the tenant's name.
/// </param>
[JsonConverter(typeof(RunIdConverter))]
public readonly record struct RunId(string Value)
{
    /// <summary>The longest name a run may have.</summary>
    public const int MaxLength = 128;

    private const char ChildMark = '~';
    private const char TenantMark = ':';

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.~:");

    /// <summary>Whether it is the name of a run that another run started, which nobody else may take.</summary>
    [JsonIgnore]
    public bool IsOfChild => Value.Contains(ChildMark, StringComparison.Ordinal);

    /// <summary>Whom the run belongs to, when it belongs to a tenant; what it starts belongs to the same.</summary>
    [JsonIgnore]
    public string? Tenant => Value.IndexOf(TenantMark, StringComparison.Ordinal) is > 0 and var end ? Value[..end] : null;

    /// <summary>The name of a run within a tenant.</summary>
    public static RunId Of(string tenant, string name) => new($"{tenant}{TenantMark}{name}");

    /// <summary>
    /// The name of the run that an attempt at an activity starts: the same whoever starts it and however often, and no
    /// other run's.
    /// </summary>
    public static RunId OfChild(ActivityId activity, int attempt)
    {
        var (parent, visit, branch) = activity;
        var name = attempt == 1
            ? string.Create(CultureInfo.InvariantCulture, $"{parent}{ChildMark}{visit}.{branch}")
            : string.Create(CultureInfo.InvariantCulture, $"{parent}{ChildMark}{visit}.{branch}.{attempt}");
        return new RunId(name.Length <= MaxLength
            ? name
            : $"{(parent.Tenant is { } tenant ? $"{tenant}{TenantMark}" : "")}deep{ChildMark}{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))}");
    }

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
