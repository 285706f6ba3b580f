using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Orleans.Agents.Schemas;
using Orleans.Agents.Values;

namespace Orleans.Agents.Core.Tests.Schemas;

/// <summary>The required part of the JSON Schema test suite for draft 2020-12.</summary>
public sealed class SchemaConformanceTests
{
    /// <summary>
    /// The groups that refer to documents of the suite's own web server (<c>http://localhost:1234</c>). Those documents
    /// are not part of the data here, so the schemas must be refused, and precisely for that.
    /// </summary>
    private static readonly ImmutableSortedSet<string> NeedMissingDocuments = ImmutableSortedSet.Create(
        StringComparer.Ordinal,
        "dynamicRef: strict-tree schema, guards against misspelled properties",
        "dynamicRef: tests for implementation dynamic anchor and reference link",
        "dynamicRef: $ref and $dynamicAnchor are independent of order - $defs first",
        "dynamicRef: $ref and $dynamicAnchor are independent of order - $ref first",
        "dynamicRef: $ref to $dynamicRef finds detached $dynamicAnchor",
        "refRemote: remote ref",
        "refRemote: fragment within remote ref",
        "refRemote: anchor within remote ref",
        "refRemote: ref within remote ref",
        "refRemote: base URI change",
        "refRemote: base URI change - change folder",
        "refRemote: base URI change - change folder in subschema",
        "refRemote: root ref in remote ref",
        "refRemote: remote ref with ref to defs",
        "refRemote: Location-independent identifier in remote ref",
        "refRemote: retrieved nested refs resolve relative to their URI not $id",
        "refRemote: remote HTTP ref with different $id",
        "refRemote: remote HTTP ref with different URN $id",
        "refRemote: remote HTTP ref with nested absolute ref",
        "refRemote: $ref to $ref finds detached $anchor",
        "vocabulary: schema that uses custom metaschema with with no validation vocabulary",
        "vocabulary: ignore unrecognized optional vocabulary");

    private const string Server = "'http://localhost:1234/draft2020-12/";

    private static readonly string Folder =
        Path.Combine(AppContext.BaseDirectory, "Conformance", "json-schema-2020-12");

    public static TheoryData<string> Files => [.. FileNames()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_case_of_the_suite_is_answered_as_it_says(string file)
    {
        var groups = Read(file).Where(group => !NeedMissingDocuments.Contains(NameOf(file, group)));

        Assert.Empty(groups.SelectMany(group => WrongAnswers(file, group, SchemaRegistry.Empty)));
    }

    [Theory]
    [InlineData("dynamicRef.json")]
    [InlineData("refRemote.json")]
    [InlineData("vocabulary.json")]
    public void With_documents_of_our_own_the_cases_that_need_some_are_answered_too(string file)
    {
        var groups = Read(file).Where(group => NeedMissingDocuments.Contains(NameOf(file, group)));

        Assert.Empty(groups.SelectMany(group => WrongAnswers(file, group, SuiteDocuments.Registry)));
    }

    [Fact]
    public void Only_groups_that_need_documents_we_do_not_have_are_left_out()
    {
        var refused = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var file in FileNames())
        {
            foreach (var group in Read(file))
            {
                if (!Schema.TryCompile(PayloadOf(group, "schema"), SchemaRegistry.Empty, out _, out var errors))
                {
                    Assert.All(errors, error => Assert.Contains(Server, error.Message, StringComparison.Ordinal));
                    _ = refused.Add(NameOf(file, group));
                }
            }
        }

        Assert.Equal(NeedMissingDocuments, refused);
    }

    [Fact]
    public void The_suite_is_there_in_full()
    {
        var groups = FileNames().SelectMany(Read).ToList();

        Assert.Equal(46, FileNames().Count());
        Assert.Equal(383, groups.Count);
        Assert.Equal(1299, groups.Sum(group => group.GetProperty("tests").GetArrayLength()));
        Assert.Equal(22, NeedMissingDocuments.Count);
    }

    private static List<string> WrongAnswers(string file, JsonElement group, SchemaRegistry registry)
    {
        var name = NameOf(file, group);
        if (!Schema.TryCompile(PayloadOf(group, "schema"), registry, out var schema, out var errors))
        {
            return [$"{name}: {string.Join("; ", errors)}"];
        }

        var wrong = new List<string>();
        foreach (var test in group.GetProperty("tests").EnumerateArray())
        {
            var result = schema.Validate(PayloadOf(test, "data"));
            if (result.IsValid != test.GetProperty("valid").GetBoolean())
            {
                var found = result.IsValid ? "valid" : string.Join("; ", result.Violations);
                wrong.Add($"{name} / {test.GetProperty("description").GetString()}: {found}");
            }
        }

        return wrong;
    }

    private static IEnumerable<string> FileNames() =>
        Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    private static List<JsonElement> Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, file)));
        return [.. document.RootElement.Clone().EnumerateArray()];
    }

    private static string NameOf(string file, JsonElement group) =>
        $"{Path.GetFileNameWithoutExtension(file)}: {group.GetProperty("description").GetString()}";

    private static Payload PayloadOf(JsonElement parent, string name) =>
        Payload.FromTrusted(JsonMarshal.GetRawUtf8Value(parent.GetProperty(name)).ToArray());
}
