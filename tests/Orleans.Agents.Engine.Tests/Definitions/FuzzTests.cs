using System.Globalization;
using System.Text;
using Orleans.Agents.Definitions;

namespace Orleans.Agents.Engine.Tests.Definitions;

public sealed class FuzzTests
{
    private const string Json = """
        {"apiVersion":"orleans.agents/v1","kind":"Workflow","metadata":{"name":"j"},"spec":{"start":"a",
         "context":{"x":1.0},"states":{"a":{"pass":{},"input":"${{ context.x }}",
         "next":[{"when":"output == 1","to":"b"},{"to":"b"}]},"b":{"end":["é\u0041"]}}}}
        """;

    private static readonly string[] Tokens =
    [
        "{", "}", "[", "]", ":", ": ", ",", "- ", "\n", "\n  ", "\n    ", "\t", "#", " #", "'", "\"", "|", ">-", "&a", "*a",
        "!!str", "!x", "? ", "---\n", "...\n", "%YAML 1.2\n", "<<: ", "${{", "}}", "${{ input.a }}", "null", "~", ".inf",
        "0x1F", "1e999", "-", "\\", "\0", "\u0085", "\u2028", "\ud800", "é", "😀", "spec:", "kind: Agent", "next: done",
        "end: null", "apiVersion: orleans.agents/v1", "$ref", "schema: plan", "max_visits: 2", "\r", "\r\n", "on: ['*']",
        "when: ", "retry: {", "output", "context.",
    ];

    private static readonly string[] Seeds =
    [
        .. GoodDefinitionTests.Report.Select(t => t.Text),
        .. Directory
            .GetFiles(Path.Combine(Samples.Folder, "Broken"), "*.yaml")
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllText),
    ];

    /// <summary>AGENTS_FUZZ says how many; the default keeps the suite quick.</summary>
    private static int Count { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("AGENTS_FUZZ"), CultureInfo.InvariantCulture, out var count)
            ? count
            : 20_000;

    [Fact]
    public void No_text_makes_the_loader_throw()
    {
        var chance = new Random(20_260_101);
        var loaded = 0;
        for (var i = 0; i < Count; i++)
        {
            var isJson = i % 10 == 0;
            var text = Mutate(isJson ? Json : Seeds[chance.Next(Seeds.Length)], chance);
            try
            {
                var result = DefinitionLoader.LoadTexts(
                    [new DefinitionText(isJson ? "a.json" : "a.yaml", text)], Samples.Host, LoadOptions.Lenient);
                AssertSane(result, text);
                loaded += result.Definitions.Count;
            }
            catch (Exception broken) when (broken is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"Text {i} made the loader throw {broken}:\n{text}");
            }
        }

        Assert.InRange(loaded, Count / 1_000, Count);
    }

    [Fact]
    public void No_bytes_make_the_loader_throw()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("agents-fuzz").FullName, "a.yaml");
        var chance = new Random(20_260_102);
        var good = Encoding.UTF8.GetBytes(Seeds[0]);
        for (var i = 0; i < Count / 20; i++)
        {
            var bytes = (byte[])good.Clone();
            for (var edits = chance.Next(1, 4); edits > 0; edits--)
            {
                bytes[chance.Next(bytes.Length)] = (byte)chance.Next(256);
            }

            File.WriteAllBytes(file, bytes);
            AssertSane(DefinitionLoader.Load([file], Samples.Host, LoadOptions.Lenient), string.Empty);
        }

        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public void Nothing_required_goes_missing_silently()
    {
        string[] required =
        [
            "apiVersion: orleans.agents/v1\n",
            "kind: Workflow\n",
            "  name: report\n",
            "  start: gather\n",
            "      tool: files.tree\n",
            "      agent: planner\n", "      next: plan\n", "      next: pause\n", "      wait: { duration: 1h30m }\n",
            "      pass: {}\n",
            "  model: offline\n",
            "code: planning_failed, ",
            ", message: \"${{ error.message }}\"",
            ", to: failed",
            "on: [\"*\"], ",
            "  answers: answers/planner.yaml\n",
            "      save: { tree: \"${{ output }}\" }\n",
            "metadata: { name: planner }\n",
            "  env: [HOME]\n", "      input: { root: \"${{ input.path }}\", max_entries: 2000 }\n",
            "      end: { report: \"${{ context.plan }}\", rounds: \"${{ context.round }}\" }\n",
        ];
        foreach (var piece in required)
        {
            var at = GoodDefinitionTests.Report[0].Text.IndexOf(piece, StringComparison.Ordinal);
            Assert.True(at >= 0, $"the report has no {piece}");
            var text = GoodDefinitionTests.Report[0].Text.Remove(at, piece.Length);

            var result = DefinitionLoader.LoadTexts(
                [new DefinitionText("report.yaml", text), GoodDefinitionTests.Report[1]],
                Samples.Host,
                LoadOptions.Lenient);

            Assert.True(result.HasErrors, $"without {piece} nobody objects");
        }
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("[\n")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("!!seq [")]
    [InlineData("&a [")]
    [InlineData("\"")]
    [InlineData("${{ (")]
    public void Deep_nesting_is_refused_in_good_time(string opening)
    {
        var text = string.Concat(Enumerable.Repeat(opening, 100_000));

        Assert.True(Samples.Load(text).HasErrors);
        Assert.True(DefinitionLoader.LoadTexts([new("a.json", text)], Samples.Host, LoadOptions.Lenient).HasErrors);
    }

    [Fact]
    public void A_deep_expression_is_refused_in_good_time()
    {
        var deep = new string('(', 10_000);

        var result = Samples.Load(Samples.Workflow($"  start: a\n  states: {{ a: {{ end: \"${{{{ {deep}\" }} }}"));

        Assert.True(result.HasErrors);
    }

    private static void AssertSane(LoadResult result, string text)
    {
        Assert.True(
            result.HasErrors == result.Definitions.IsEmpty
                || result.Diagnostics.Any(d => d.Code == DiagnosticCode.NoWorkflow),
            text);
        foreach (var diagnostic in result.Diagnostics)
        {
            Assert.True(diagnostic.Line > 0 && diagnostic.Column > 0, diagnostic.ToString());
            Assert.DoesNotContain('\n', diagnostic.ToString());
            Assert.InRange(diagnostic.Message.Length, 5, 600);
        }

        foreach (var definition in result.Definitions.Values)
        {
            Assert.Equal(definition.Workflow.Hash, DefinitionClosure.Read(definition.Closure).Hash);
        }
    }

    private static string Mutate(string good, Random chance)
    {
        var text = new StringBuilder(good);
        for (var edits = chance.Next(1, 5); edits > 0 && text.Length > 0; edits--)
        {
            var at = chance.Next(text.Length);
            var length = Math.Min(chance.Next(1, 20), text.Length - at);
            switch (chance.Next(6))
            {
                case 0:
                    text.Remove(at, length);
                    break;
                case 1:
                    text.Insert(at, Tokens[chance.Next(Tokens.Length)]);
                    break;
                case 2:
                    text[at] = (char)chance.Next(32, 127);
                    break;
                case 3:
                    text.Insert(chance.Next(text.Length), text.ToString(at, length));
                    break;
                case 4:
                    RemoveLine(text, at);
                    break;
                default:
                    text.Remove(at, length).Insert(at, Tokens[chance.Next(Tokens.Length)]);
                    break;
            }
        }

        return text.ToString();
    }

    private static void RemoveLine(StringBuilder text, int at)
    {
        var all = text.ToString();
        var from = all.LastIndexOf('\n', at) + 1;
        var to = all.IndexOf('\n', at);
        text.Remove(from, (to < 0 ? all.Length : to + 1) - from);
    }
}
