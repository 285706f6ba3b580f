using System.Text.Json;
using Orleans.Agents.Failures;
using Orleans.Agents.Tools;
using Orleans.Agents.Tools.Files;

namespace Orleans.Agents.Engine.Tests.Tools;

public sealed class BuiltInToolsTests : IDisposable
{
    private readonly Disk disk = new();

    public static TheoryData<string> Names() => [.. BuiltInTools.All.Select(tool => tool.Name)];

    [Fact]
    public void They_are_six() => Assert.Equal(
        ["files.read", "files.search", "files.stat", "files.tree", "files.write", "text.count"],
        new ToolRegistry().AddRange(BuiltInTools.All).Names);

    [Fact]
    public void Only_writing_has_an_effect_and_may_write()
    {
        Assert.All(BuiltInTools.All, tool => Assert.Equal(
            tool.Name == "files.write"
                ? (ToolEffect.Idempotent, Capability.FilesWrite)
                : (ToolEffect.None, Capability.FilesRead),
            (tool.Effect, Assert.Single(tool.Capabilities))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_schema_refuses_unknown_fields_and_explains_those_of_the_input(string name)
    {
        var tool = Disk.Tool(name);
        Assert.All(
            (Values.Payload[])[tool.InputSchema, tool.OutputSchema!.Value],
            schema => Assert.All(Objects(JsonElement.Parse(schema.Utf8.Span)), strict =>
                Assert.False(strict.GetProperty("additionalProperties").GetBoolean())));
        Assert.All(
            Objects(JsonElement.Parse(tool.InputSchema.Utf8.Span))
                .SelectMany(inner => inner.GetProperty("properties").EnumerateObject()),
            field => Assert.True(
                field.Value.TryGetProperty("description", out _) || field.Value.TryGetProperty("default", out _)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_input_of_another_form_is_a_failure(string name)
    {
        string[] inputs =
        [
            "null", "1", "[]", "\"x\"", "{}", """{"root":null}""", """{"root":1,"path":1,"text":1,"pattern":1}""",
            """{"root":".","path":"x","text":"x","pattern":"x","unknown":1}""", """{"root":""}""",
            """{"text":"\ud800"}""", """{"root":"\ud800","path":"x"}""",
        ];
        foreach (var input in inputs)
        {
            var failure = await disk.Fail(name, input);
            Assert.Equal((FailureClass.Permanent, "tool.input_invalid"), (failure.Class, failure.Code));
        }
    }

    [Theory]
    [InlineData("files.tree", "\"max_entries\":0")]
    [InlineData("files.tree", "\"max_entries\":1.5")]
    [InlineData("files.tree", "\"max_entries\":1e300")]
    [InlineData("files.tree", "\"max_entries\":99999999999")]
    [InlineData("files.tree", "\"max_depth\":0")]
    [InlineData("files.tree", "\"include\":[\"\"]")]
    [InlineData("files.tree", "\"include\":[null]")]
    [InlineData("files.tree", "\"include\":\"*.cs\"")]
    [InlineData("files.search", "\"pattern\":\"x\",\"max_matches\":10001")]
    [InlineData("files.search", "\"pattern\":\"x\",\"max_file_bytes\":0")]
    [InlineData("files.read", "\"path\":\"x\",\"from_line\":0")]
    [InlineData("files.read", "\"path\":\"x\",\"max_bytes\":2000000")]
    [InlineData("text.count", "\"largest\":101")]
    public async Task An_input_beyond_a_limit_is_a_failure(string tool, string fields) =>
        Assert.Equal("tool.input_invalid", (await disk.Fail(tool, $$"""{"root":".",{{fields}}}""")).Code);

    [Fact]
    public void What_the_disk_refuses_is_told_apart_by_whether_it_may_work_later()
    {
        Assert.Equal(
            [
                (FailureClass.Permanent, "files.denied"), (FailureClass.Permanent, "files.not_found"),
                (FailureClass.Permanent, "files.name_too_long"), (FailureClass.Transient, "files.io"),
            ],
            new Exception[]
            {
                new UnauthorizedAccessException(), new FileNotFoundException(), new PathTooLongException(),
                new IOException(),
            }
            .Select(exception => FileFailures.From(exception, "r", "p"))
            .Select(failure => (failure.Class, failure.Code)));
    }

    public void Dispose() => disk.Dispose();

    private static IEnumerable<JsonElement> Objects(JsonElement schema) => schema.ValueKind switch
    {
        JsonValueKind.Object => schema.EnumerateObject()
            .SelectMany(field => Objects(field.Value))
            .Concat(schema.TryGetProperty("required", out _) ? [schema] : []),
        JsonValueKind.Array => schema.EnumerateArray().SelectMany(Objects),
        _ => [],
    };
}
