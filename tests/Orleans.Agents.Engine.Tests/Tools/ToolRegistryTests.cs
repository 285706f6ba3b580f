using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Tools;

public sealed class ToolRegistryTests
{
    private readonly ToolRegistry registry = new ToolRegistry().AddRange(BuiltInTools.All);

    [Fact]
    public void A_tool_is_found_by_its_exact_name()
    {
        Assert.Same(Disk.Tool("files.tree"), registry.Find("files.tree"));
        Assert.Null(registry.Find("Files.Tree"));
    }

    [Fact]
    public void A_second_tool_of_a_name_is_refused_and_the_first_stays()
    {
        var refused = Assert.Throws<ArgumentException>(() => registry.Add(Named("files.tree")));
        Assert.Contains("already is a tool 'files.tree'", refused.Message, StringComparison.Ordinal);
        Assert.Same(Disk.Tool("files.tree"), registry.Find("files.tree"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("é")]
    [InlineData("a/b")]
    public void A_name_that_cannot_be_written_in_a_workflow_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => registry.Add(Named(name)));

    [Theory]
    [InlineData("files.tre", "files.tree")]
    [InlineData("file.tree", "files.tree")]
    [InlineData("FILES.READ", "files.read")]
    [InlineData("text.cuont", "text.count")]
    public void A_typo_is_told_what_was_meant(string typo, string meant) =>
        Assert.Equal(meant, registry.Nearest(typo)[0]);

    [Fact]
    public void What_is_like_no_name_has_no_suggestion()
    {
        Assert.Empty(registry.Nearest("database.query"));
        Assert.Empty(registry.Nearest(new string('x', 100_000)));
    }

    private static Tool Named(string name) =>
        Disk.Tool("files.stat") with { Name = name, InputSchema = Payload.EmptyObject };
}
