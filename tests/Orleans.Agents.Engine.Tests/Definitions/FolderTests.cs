using Orleans.Agents.Definitions;

namespace Orleans.Agents.Engine.Tests.Definitions;

public sealed class FolderTests : IDisposable
{
    private const string Agent = """
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: helper }
        spec: { model: offline, answers: helper-answers.json }
        """;

    private static readonly string Flow = Samples.Workflow("""
          start: a
          states:
            a: { agent: helper, next: b }
            b: { end: null }
        """);

    private readonly string folder = Directory.CreateTempSubdirectory("agents-folder").FullName;

    [Fact]
    public void The_files_of_a_folder_are_read_together_and_those_below_are_not()
    {
        Write(
            "flow.yaml",
            Samples.Workflow("  start: a\n  states:\n    a: { agent: helper, next: b }\n    b: { end: null }\n"));
        Write("helper.yml", Agent);
        Write("helper-answers.json", """{"answer":"hello"}""");
        Write("notes.txt", "not read");
        Write("below/broken.yaml", "[");

        var result = Load(folder);

        Assert.Equal([], Samples.Lines(result));
        Assert.Equal(["sample", "helper"], result.Documents.Select(d => d.Name));
        Assert.True(result.Definitions.ContainsKey("sample"));
    }

    [Fact]
    public void A_path_that_is_not_there_is_told_with_what_is_there()
    {
        Write("workflow.yaml", Samples.Workflow("  start: a\n  states:\n    a: { end: null }\n"));

        var missing = Assert.Single(Load(Path.Combine(folder, "worflow.yaml")).Diagnostics);
        var lost = Assert.Single(Load(Path.Combine(folder, "no", "workflow.yaml")).Diagnostics);

        Assert.Equal("There is no such file or folder", missing.Message);
        Assert.Equal(Path.Combine(folder, "workflow.yaml"), missing.Suggestion);
        Assert.Equal((DiagnosticCode.FileUnreadable, null), (lost.Code, lost.Suggestion));
    }

    [Fact]
    public void What_a_file_that_is_no_yaml_may_hold_is_not_missed()
    {
        Write(
            "flow.yaml",
            Samples.Workflow(
                "  start: a\n  states:\n    a: { agent: asker, next: b }\n    b: { agent: lost, next: c }\n"
                + "    c: { end: 1 }\n"));
        Write("asker.yaml", Agent.Replace("helper }", "asker }", StringComparison.Ordinal)
            .Replace("answers: helper-answers.json", "answer: 1, output: { schema: lost }", StringComparison.Ordinal));
        Write("lost.yaml", "description: Note: be short.\n");

        Assert.Equal([DiagnosticCode.YamlSyntax], Load(folder).Diagnostics.Select(d => d.Code));
    }

    [Fact]
    public void A_stranger_in_the_folder_is_refused()
    {
        Write("flow.yaml", Samples.Workflow("  start: a\n  states:\n    a: { end: null }\n"));
        Write("package.json", """{"name":"x"}""");

        Assert.Equal(
            [("package.json", DiagnosticCode.NotADocument)],
            Load(folder).Diagnostics.Select(d => (Path.GetFileName(d.File), d.Code)));
    }

    [Fact]
    public void Names_are_unique_over_all_files()
    {
        Write("a.yaml", Samples.Workflow("  start: a\n  states:\n    a: { end: null }\n"));
        Write("b.yaml", Samples.Workflow("  start: a\n  states:\n    a: { end: null }\n"));

        var diagnostic = Assert.Single(Load(folder).Diagnostics);

        Assert.Equal(
            (DiagnosticCode.DuplicateName, Path.Combine(folder, "b.yaml")), (diagnostic.Code, diagnostic.File));
        Assert.Contains("a.yaml, line 3", diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mistakes_in_answers_are_reported_in_their_file()
    {
        Write(
            "flow.yaml",
            Samples.Workflow("  start: a\n  states:\n    a: { agent: helper, next: b }\n    b: { end: null }\n"));
        Write("helper.yml", Agent);
        Write("helper-answers.json", "{\"cases\":[{\"when\":\"inptu.a\",\n\"fail\":{\"code\":\"busy\"}}]}");

        Assert.Equal(
            [
                ("helper-answers.json", 1, 20, "expression.name"), ("helper-answers.json", 2, 8, "field.missing"),
                ("helper-answers.json", 2, 16, "field.invalid"),
            ],
            Load(folder).Diagnostics.Select(d => (Path.GetFileName(d.File), d.Line, d.Column, d.Code)));
    }

    [Fact]
    public void Answers_may_be_linked_inside_the_folder_and_not_out_of_it()
    {
        Write(
            "flow.yaml",
            Samples.Workflow("  start: a\n  states:\n    a: { agent: helper, next: b }\n    b: { end: null }\n"));
        Write("helper.yml", Agent.Replace("helper-answers.json", "answers/a.yaml", StringComparison.Ordinal));
        Write("data/a.yaml", "answer: hello\n");
        Directory.CreateSymbolicLink(Path.Combine(folder, "answers"), "data");
        Assert.Equal([], Samples.Lines(Load(folder)));

        var outside = Directory.CreateTempSubdirectory("agents-outside").FullName;
        File.WriteAllText(Path.Combine(outside, "a.yaml"), "answer: secret\n");
        Directory.Delete(Path.Combine(folder, "answers"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "answers"), outside);
        Assert.Equal([DiagnosticCode.AnswersFile], Load(folder).Diagnostics.Select(d => d.Code));

        Directory.Delete(Path.Combine(folder, "answers"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "answers"), "answers");
        Assert.Equal([DiagnosticCode.AnswersFile], Load(folder).Diagnostics.Select(d => d.Code));
        Directory.Delete(outside, recursive: true);
    }

    [Fact]
    public void What_cannot_be_read_is_said_and_the_rest_is_loaded()
    {
        Write("flow.yaml", Samples.Workflow("  start: a\n  states:\n    a: { end: ${{ 1 }} }\n"));
        File.WriteAllBytes(Path.Combine(folder, "latin.yaml"), [0x61, 0xE9, 0x0A]);
        Write("large.yaml", new string('#', 1024 * 1024 + 1));
        Write("bom.yaml", "\uFEFF[");

        var result = DefinitionLoader.Load(
            [folder, Path.Combine(folder, "missing.yaml"), "bad\0name"], Samples.Host, LoadOptions.Lenient);

        Assert.Equal(
            [
                ("bom.yaml", "yaml.syntax"), ("flow.yaml", "expression.syntax"), ("large.yaml", "file.too_large"),
                ("latin.yaml", "file.encoding"), ("missing.yaml", "file.unreadable"),
            ],
            result.Diagnostics.Where(d => !d.File.StartsWith("bad", StringComparison.Ordinal))
                .Select(
                    d => (Path.GetFileName(d.File), d.Code == "yaml.quote_expression" ? "expression.syntax" : d.Code)));
        Assert.Contains(result.Diagnostics, d => d.File.StartsWith("bad", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_without_definitions_is_refused()
    {
        Write("notes.txt", "not read");

        Assert.Equal([DiagnosticCode.EmptyFile], Load(folder).Diagnostics.Select(d => d.Code));
    }

    [Fact]
    public void A_file_of_answers_holds_one_document()
    {
        Write("flow.yaml", Flow);
        Write("helper.yml", Agent.Replace("helper-answers.json", "two.yaml", StringComparison.Ordinal));
        Write("two.yaml", "answer: a\n---\nanswer: b\n");

        var diagnostic = Assert.Single(Load(folder).Diagnostics);

        Assert.Equal((DiagnosticCode.AnswersFile, "helper.yml"), (diagnostic.Code, Path.GetFileName(diagnostic.File)));
    }

    [Fact]
    public void There_is_a_most_of_files()
    {
        const string Head = "apiVersion: orleans.agents/v1\nkind: Schema\nspec: true\n";
        var texts = Enumerable.Range(0, 1_001)
            .Select(i => new DefinitionText($"{i}.yaml", $"{Head}metadata: {{ name: s{i} }}\n"));

        var result = DefinitionLoader.LoadTexts([.. texts], Samples.Host, LoadOptions.Lenient);

        Assert.Contains(result.Diagnostics, d => (d.Code, d.File) == (DiagnosticCode.FileTooLarge, "1000.yaml"));
        Assert.Equal(1_000, result.Documents.Length);
    }

    [Fact]
    public void A_file_that_is_named_twice_is_read_once()
    {
        Write("flow.yaml", Samples.Workflow("  start: a\n  states:\n    a: { end: null }\n"));

        var result = DefinitionLoader.Load(
            [folder, Path.Combine(folder, "flow.yaml")], Samples.Host, LoadOptions.Lenient);

        Assert.Equal([], Samples.Lines(result));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static LoadResult Load(string path) => DefinitionLoader.Load([path], Samples.Host, LoadOptions.Lenient);

    private void Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
