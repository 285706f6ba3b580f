using System.Text;
using Orleans.Agents.Definitions;
using Orleans.Agents.Engine.Tests.Definitions;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Engine.Tests.FlatMachines;

/// <summary>The machine files of another runtime, as they are: what their own schema says of them, and what we say.</summary>
public sealed class FlatMachineConformanceTests
{
    private static readonly string Folder = FlatHouse.Folder;

    public static TheoryData<string> Files => [.. AllFiles()];

    [Fact]
    public void There_are_forty_nine_of_them() => Assert.Equal(49, AllFiles().Length);

    [Theory, MemberData(nameof(Files))]
    public void A_file_loads_or_what_keeps_it_from_that_is_named(string file)
    {
        var loaded = Load(file, withHandlers: false);

        Assert.All(loaded.Diagnostics, d =>
        {
            Assert.True(d.Line > 0 && d.Column > 0 && File.Exists(d.File), d.ToString());
            Assert.False(d.Severity is DiagnosticSeverity.Error && d.Expected is null, d.ToString());
        });
        string[] known = ["flatmachine.action", "flatmachine.reference", "field.missing"];
        Assert.All(Errors(loaded), code => Assert.Contains(code, known));
        Assert.Equal(loaded.HasErrors, loaded.Definitions.IsEmpty);
    }

    [Fact]
    public void Where_their_schema_and_we_differ_there_is_a_reason()
    {
        var verdicts = Verdicts();
        var table = new StringBuilder();
        foreach (var file in AllFiles())
        {
            var theirs = verdicts.GetValueOrDefault(file);
            var ours = string.Join(" ", Errors(Load(file, withHandlers: true)));
            var isSame = (theirs is null) == (ours.Length == 0);
            table.Append(file).Append(" | ").Append(theirs ?? "valid").Append(" | ").Append(ours.Length == 0 ? "loads" : ours)
                .Append(" | ").Append(isSame ? "agree" : Reason(theirs, ours)).Append('\n');
        }

        Samples.Agree(Path.Combine(Folder, "..", "flatmachines-1.1.1-compared.txt"), table.ToString());
    }

    private static string Reason(string? theirs, string ours) => (theirs, ours) switch
    {
        ({ } said, "") when said.Contains("'profiles' was unexpected", StringComparison.Ordinal) =>
            "their runtime reads `profiles`, which their schema forgot; so do we",
        ({ } said, "") when said.Contains("'retry_on_empty' was unexpected", StringComparison.Ordinal) =>
            "their runtime reads `retry_on_empty`, which their schema forgot; so do we",
        (null, "flatmachine.reference") =>
            "a machine that it runs is in no file here: their schema does not look, their runtime fails when it comes there",
        (null, "field.missing") =>
            "it runs machines that both refuse: their schema does not look into other files",
        _ => throw new InvalidOperationException($"Nobody explains why they say '{theirs}' and we say '{ours}'."),
    };

    private static LoadResult Load(string file, bool withHandlers)
    {
        DefinitionHost host = new([], ["offline"]);
        var path = Path.Combine(Folder, file);
        var loaded = DefinitionLoader.Load([path], host, LoadOptions.Lenient);
        if (!withHandlers)
        {
            return loaded;
        }

        var actions = loaded.Diagnostics.Where(d => d.Code == "flatmachine.action").Select(d => d.Message.Split('"')[1]).Distinct();
        Tool[] tools = [.. actions.Select(a => Runs.House.Tool(a, (_, _) => Task.FromResult(Runs.House.Ok())))];
        return DefinitionLoader.Load([path], new DefinitionHost(tools, ["offline"]), LoadOptions.Lenient);
    }

    private static string[] Errors(LoadResult loaded) =>
        [.. loaded.Diagnostics.Where(d => d.Severity is DiagnosticSeverity.Error).Select(d => d.Code).Distinct().Order(StringComparer.Ordinal)];

    private static Dictionary<string, string> Verdicts() => File.ReadLines(Path.Combine(Folder, "verdicts.txt"))
        .Where(l => l.StartsWith("   | ", StringComparison.Ordinal))
        .Select(l => l.Split(" | "))
        .ToDictionary(l => l[1], l => l[2], StringComparer.Ordinal);

    private static string[] AllFiles() =>
    [
        .. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .Where(f => Path.GetExtension(f) is ".yml" or ".json" && IsMachine(File.ReadAllText(f)))
            .Select(f => Path.GetRelativePath(Folder, f))
            .Order(StringComparer.Ordinal),
    ];

    private static bool IsMachine(string text) =>
        text.Contains("spec: flatmachine\n", StringComparison.Ordinal)
        || text.Contains("\"spec\": \"flatmachine\"", StringComparison.Ordinal);
}
