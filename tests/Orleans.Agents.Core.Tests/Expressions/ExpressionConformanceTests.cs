using System.Text.Json;
using Orleans.Agents.Expressions;
using Orleans.Agents.Values;

namespace Orleans.Agents.Core.Tests.Expressions;

public sealed class ExpressionConformanceTests
{
    private static readonly JsonElement[] All = Load();

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, All.Length)];

    [Fact]
    public void All_the_cases_are_there() => Assert.Equal(42, All.Length);

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_restated_case_holds(int number)
    {
        var one = All[number];
        var text = one.GetProperty("expr").GetString()!;
        if (one.TryGetProperty("error", out _))
        {
            Spoken.Refused(text);
            return;
        }

        var scope = new Scope
        {
            Input = Part(one, "input"),
            Output = Part(one, "output"),
            Context = Spoken.Context(
                [.. Members(one, "context").Select(member => (member.Name, member.Value.GetRawText()))]),
        };
        Assert.True(Spoken.Parse(text).TryEvaluate(scope, out var value, out var failure), $"{text}: {failure}");
        var expected = one.TryGetProperty("missing", out _) ? "null" : one.GetProperty("value").GetRawText();
        Assert.Equal(expected, value.ToString());
    }

    private static JsonElement.ObjectEnumerator Members(JsonElement one, string name) =>
        one.TryGetProperty(name, out var part) ? part.EnumerateObject() : default;

    private static Payload Part(JsonElement one, string name) =>
        one.TryGetProperty(name, out var part) ? Payload.Parse(part.GetRawText()) : default;

    private static JsonElement[] Load()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Conformance", "expressions.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return [.. document.RootElement.Clone().GetProperty("cases").EnumerateArray()];
    }
}
