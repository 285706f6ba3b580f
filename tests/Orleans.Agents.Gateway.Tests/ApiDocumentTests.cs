using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Orleans.Agents.Gateway.Tests;

/// <summary>The API is what its description says, and changes only where somebody looked. AGENTS_UPDATE=1 writes it anew.</summary>
public sealed class ApiDocumentTests
{
    [Fact]
    public async Task The_description_is_the_one_that_is_kept()
    {
        await using var house = await House.OpenAsync(isInMemory: true);
        var text = await house.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative));
        var kept = Path.Combine(Path.GetDirectoryName(Here())!, "OpenApi", "v1.json");
        if (Environment.GetEnvironmentVariable("AGENTS_UPDATE") == "1")
        {
            await File.WriteAllTextAsync(kept, $"{text.TrimEnd()}\n");
        }

        Assert.Equal((await File.ReadAllTextAsync(kept)).TrimEnd(), text.TrimEnd());
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

        Assert.Equal(12, operations.Count);
        Assert.All(operations, operation =>
        {
            Assert.NotEmpty(operation.GetProperty("operationId").GetString()!);
            Assert.NotEmpty(operation.GetProperty("summary").GetString()!);
            Assert.True(operation.GetProperty("responses").GetProperty("401").GetProperty("content")
                .TryGetProperty("application/problem+json", out _));
        });
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
