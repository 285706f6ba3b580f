using Orleans.Agents.Definitions;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Definitions;

/// <summary>A host with two models and four tools, and the places where test data lies.</summary>
internal static class Samples
{
    public static DefinitionHost Host { get; } = new(
        [
            Tool("clock", """{"type":["object","null"]}"""),
            Tool("either", """
                {"oneOf":[
                  {"required":["root"],"additionalProperties":false,"properties":{"root":{"type":"string"}}},
                  {"required":["text"],"additionalProperties":false,"properties":{"text":{"type":"string"}}}]}
                """),
            Tool("files.tree", """
                {"type":"object","required":["root"],"additionalProperties":false,
                 "properties":{"root":{"type":"string"},"max_entries":{"type":"integer","minimum":1}}}
                """),
            Tool("text.count", """{"type":"object","required":["text"],"properties":{"text":{"type":"string"}}}"""),
        ],
        ["offline", "gpt"]);

    public static string Root { get; } = FindRoot();

    public static string Folder { get; } =
        Path.Combine(Root, "tests", "Orleans.Agents.Engine.Tests", "Definitions");

    public static bool IsUpdating { get; } = Environment.GetEnvironmentVariable("AGENTS_UPDATE") == "1";

    /// <summary>A workflow around the states that a test is about.</summary>
    public static string Workflow(string spec) =>
        $"apiVersion: orleans.agents/v1\nkind: Workflow\nmetadata: {{ name: sample }}\nspec:\n{spec}";

    public static LoadResult Load(string text, bool strict = false) =>
        DefinitionLoader.LoadTexts([new DefinitionText("sample.yaml", text)], Host, new LoadOptions(strict));

    /// <summary>Compares a text with a checked-in file, or writes the file when AGENTS_UPDATE is 1.</summary>
    public static void Agree(string file, string actual)
    {
        if (IsUpdating)
        {
            File.WriteAllText(file, actual);
        }

        Assert.Equal(File.ReadAllText(file), actual);
    }

    public static string[] Lines(LoadResult result) => [.. result.Diagnostics.Select(d => d.ToString())];

    private static Tool Tool(string name, string schema) => new(
        name,
        "A tool of the tests.",
        Payload.Parse(schema),
        null,
        ToolEffect.None,
        [],
        (call, _) => ValueTask.FromResult<ToolResult>(new ToolResult.Succeeded(call.Input)));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orleans.Agents.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder.FullName;
    }
}
