using Orleans.Agents.Definitions;

namespace Orleans.Agents.Engine.Tests.Definitions;

public sealed class BrokenDefinitionTests
{
    private static readonly string Folder = Path.Combine(Samples.Folder, "Broken");

    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Folder, "*.yaml").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Files))]
    public void A_mistake_is_explained(string file)
    {
        var path = Path.Combine(Folder, file);
        var result = DefinitionLoader.LoadTexts(
            [new DefinitionText(file, File.ReadAllText(path))], Samples.Host, LoadOptions.Lenient);

        var lines = Samples.Lines(result);
        Assert.NotEmpty(lines);
        Samples.Agree(Path.ChangeExtension(path, ".expected"), string.Join('\n', lines) + "\n");
        Assert.True(!result.HasErrors || result.Definitions.IsEmpty);
    }

    [Fact]
    public void There_are_sixty_different_mistakes_and_more() => Assert.InRange(Files.Count, 60, int.MaxValue);

    [Theory, MemberData(nameof(Files))]
    public void Strictly_every_warning_is_an_error(string file)
    {
        var text = new DefinitionText(file, File.ReadAllText(Path.Combine(Folder, file)));

        var lenient = DefinitionLoader.LoadTexts([text], Samples.Host, LoadOptions.Lenient);
        var strict = DefinitionLoader.LoadTexts([text], Samples.Host, new LoadOptions(Strict: true));

        Assert.Equal(
            lenient.Diagnostics.Select(d => d with { Severity = DiagnosticSeverity.Error }), strict.Diagnostics);
        Assert.Empty(strict.Definitions);
    }
}
