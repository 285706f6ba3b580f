using System.Reflection;
using Orleans.Agents.Definitions;

namespace Orleans.Agents.Engine.Tests.Definitions;

/// <summary>What the docs say is what the code does. AGENTS_UPDATE=1 writes the generated parts.</summary>
public sealed class ReferencePagesTests
{
    private const string Begin = "<!-- fields: generated -->\n";
    private const string End = "<!-- end of fields -->";

    private static readonly string Docs = Path.Combine(Samples.Root, "docs");

    [Fact]
    public void The_schema_for_editors_is_the_one_that_is_checked_in() =>
        Samples.Agree(Path.Combine(Docs, "schema", "v1.json"), DefinitionSchema.Generate());

    [Fact]
    public void The_tables_of_fields_are_those_that_the_loader_goes_by()
    {
        var file = Path.Combine(Docs, "reference", "workflow-format.md");
        var page = File.ReadAllText(file);
        var from = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var to = page.IndexOf(End, StringComparison.Ordinal);

        Samples.Agree(file, $"{page[..from]}\n{FieldReference.Generate()}\n{page[to..]}");
    }

    [Fact]
    public void Every_code_is_explained_and_every_explained_code_is_there()
    {
        var codes = typeof(DiagnosticCode).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(f => (string)f.GetRawConstantValue()!);
        var explained = File.ReadLines(Path.Combine(Docs, "reference", "diagnostics.md"))
            .Where(l => l.StartsWith("### ", StringComparison.Ordinal))
            .Select(l => l[4..].Trim('`'));

        Assert.Equal(codes.Order(StringComparer.Ordinal), explained.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_explanation_has_an_example_that_is_broken_as_it_says()
    {
        var sections = File.ReadAllText(Path.Combine(Docs, "reference", "diagnostics.md")).Split("\n### `").Skip(1);
        var withYaml = 0;
        foreach (var section in sections)
        {
            var code = section[..section.IndexOf('`', StringComparison.Ordinal)];
            var blocks = section.Split("```");
            if (blocks.Length < 3 || !blocks[1].StartsWith("yaml", StringComparison.Ordinal))
            {
                continue;
            }

            withYaml++;
            var yaml = blocks[1][(blocks[1].IndexOf('\n', StringComparison.Ordinal) + 1)..];
            Assert.True(
                Samples.Load(Complete(yaml)).Diagnostics.Any(d => d.Code == code),
                $"the example of {code} is not broken so");
        }

        Assert.InRange(withYaml, 40, int.MaxValue);
    }

    [Fact]
    public void Every_example_of_the_format_loads()
    {
        var page = File.ReadAllText(Path.Combine(Docs, "reference", "workflow-format.md"));
        var examples = page
            .Split("```yaml\n")
            .Skip(1)
            .Select(b => b[..b.IndexOf("```", StringComparison.Ordinal)])
            .ToArray();

        Assert.NotEmpty(examples);
        Assert.All(examples, e => Assert.Equal([], Samples.Lines(Samples.Load(e, strict: true))));
    }

    // An example may show the spec of a workflow alone.
    private static string Complete(string yaml) =>
        yaml.StartsWith("spec:\n", StringComparison.Ordinal)
            ? $"apiVersion: orleans.agents/v1\nkind: Workflow\nmetadata: {{ name: example }}\n{yaml}"
            : yaml;
}
