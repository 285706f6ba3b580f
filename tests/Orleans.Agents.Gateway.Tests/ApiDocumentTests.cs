using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orleans.Agents.Gateway.Tests;

/// <summary>The API is what its description says, and changes only where somebody looked. AGENTS_UPDATE=1 writes it anew.</summary>
public sealed partial class ApiDocumentTests
{
    [Fact]
    public async Task The_description_is_the_one_that_is_kept()
    {
        await using var house = await House.OpenAsync(isInMemory: true);
        var text = await house.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative));
        if (Environment.GetEnvironmentVariable("AGENTS_UPDATE") == "1")
        {
            await File.WriteAllTextAsync(Kept, $"{text.TrimEnd()}\n");
        }

        Assert.Equal((await File.ReadAllTextAsync(Kept)).TrimEnd(), text.TrimEnd());
    }

    [Fact]
    public async Task Every_operation_has_a_name_a_summary_and_its_problems()
    {
        await using var house = await House.OpenAsync(isInMemory: true);
        var text = await house.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative));
        using var document = JsonDocument.Parse(text);
        var operations = document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject())
            .Select(operation => operation.Value)
            .ToList();

        Assert.Equal(17, operations.Count);
        Assert.All(operations, operation =>
        {
            Assert.NotEmpty(operation.GetProperty("operationId").GetString()!);
            Assert.NotEmpty(operation.GetProperty("summary").GetString()!);
            Assert.True(operation.GetProperty("responses").GetProperty("401").GetProperty("content")
                .TryGetProperty("application/problem+json", out _));
        });
    }

    [Fact]
    public async Task The_reference_has_every_operation_and_every_code()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Root, "docs", "reference", "http.md"));
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(Kept));
        var operations = document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(o => $"{o.Name.ToUpperInvariant()} {path.Name}"));
        var codes = Directory.EnumerateFiles(Path.Combine(Root, "src", "Orleans.Agents.Gateway"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Code().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value);

        Assert.Equal(operations.Order(StringComparer.Ordinal), Operation().Matches(page).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));
        Assert.Equal(codes.Distinct().Order(StringComparer.Ordinal), Documented().Matches(page).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    private static string Kept => Path.Combine(Path.GetDirectoryName(Here())!, "OpenApi", "v1.json");

    private static string Root => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", ".."));

    [GeneratedRegex(@"^\| `((?:GET|POST) /api/v1[^`]*)` \|", RegexOptions.Multiline)]
    private static partial Regex Operation();

    [GeneratedRegex("\"((?:request|access|followers|gateway|path|definition)\\.[a-z_]+)\"")]
    private static partial Regex Code();

    [GeneratedRegex(@"^\| `((?:request|access|followers|gateway|path|definition)\.[a-z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Documented();

    private static string Here([CallerFilePath] string path = "") => path;
}
