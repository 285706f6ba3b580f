using Orleans.Agents.Tools.Files;

namespace Orleans.Agents.Engine.Tests.Tools;

public sealed class GlobTests
{
    [Theory]
    [InlineData("*.md", "a.md", true)]
    [InlineData("*.md", "deep/down/a.md", true)]
    [InlineData("*.md", "a.md.txt", false)]
    [InlineData("*", ".hidden", true)]
    [InlineData("/*.md", "a.md", true)]
    [InlineData("/*.md", "deep/a.md", false)]
    [InlineData("./a.md", "a.md", true)]
    [InlineData("./a.md", "deep/a.md", false)]
    [InlineData("**/*.cs", "a.cs", true)]
    [InlineData("**/*.cs", "x/y/a.cs", true)]
    [InlineData("src/**/*.cs", "src/a.cs", true)]
    [InlineData("src/**/*.cs", "src/x/y/a.cs", true)]
    [InlineData("src/**/*.cs", "test/src/a.cs", false)]
    [InlineData("src/*.cs", "src/x/a.cs", false)]
    [InlineData("src/**", "src/x/y", true)]
    [InlineData("src/**", "src", false)]
    [InlineData("**/a/**/b/**/c", "x/a/b/b/y/c", true)]
    [InlineData("**/a/**/b/**/c", "x/a/y/c", false)]
    [InlineData("**", "x/y", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "a😀c", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("a*b*c", "a--b--b--c", true)]
    [InlineData("a*b*c", "a--c--b", false)]
    [InlineData("[id]", "[id]", true)]
    [InlineData("[id]", "i", false)]
    [InlineData("A", "a", false)]
    [InlineData("bin", "x/bin", true)]
    [InlineData("/", "x", false)]
    public void A_pattern_matches_a_path_from_the_root_or_a_name_anywhere(string pattern, string path, bool matches) =>
        Assert.Equal(matches, Glob.Parse(pattern).Matches(path.Split('/'), isFolder: false));

    [Fact]
    public void A_slash_at_the_end_means_folders_only()
    {
        Assert.True(Glob.Parse("bin/").Matches(["x", "bin"], isFolder: true));
        Assert.False(Glob.Parse("bin/").Matches(["x", "bin"], isFolder: false));
        Assert.False(Glob.Parse("/bin/").Matches(["x", "bin"], isFolder: true));
    }

    // A matcher that tries every way to place the stars would need longer than the universe has had.
    [Fact]
    public void Many_stars_do_not_take_long()
    {
        var stars = string.Concat(Enumerable.Repeat("a*", 200)) + "b";
        Assert.False(Glob.Parse(stars).Matches([new string('a', 20_000)], isFolder: false));
        var folders = string.Concat(Enumerable.Repeat("**/a/", 50)) + "b";
        Assert.False(Glob.Parse(folders).Matches([.. Enumerable.Repeat("a", 200)], isFolder: false));
    }

    [Fact]
    public void Matching_agrees_with_trying_every_way()
    {
        var random = new Random(31);
        for (var round = 0; round < 20_000; round++)
        {
            string[] pattern =
            [
                "x",
                .. Enumerable.Range(0, random.Next(5)).Select(_ => random.Next(3) == 0 ? "**" : Name(random, "ab*?")),
            ];
            string[] path = ["x", .. Enumerable.Range(0, random.Next(6)).Select(_ => Name(random, "ab"))];
            if (pattern.Length > 1)
            {
                Assert.Equal(
                    Path(pattern is [.., "**"] ? [.. pattern, "*"] : pattern, path),
                    Glob.Parse(string.Join('/', pattern)).Matches(path, isFolder: false));
            }
        }
    }

    private static string Name(Random random, string letters) =>
        new([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => letters[random.Next(letters.Length)])]);

    private static bool Path(ReadOnlySpan<string> pattern, ReadOnlySpan<string> path) =>
        pattern.IsEmpty ? path.IsEmpty
        : pattern[0] == "**" ? Path(pattern[1..], path) || (!path.IsEmpty && Path(pattern, path[1..]))
        : !path.IsEmpty && Same(pattern[0], path[0]) && Path(pattern[1..], path[1..]);

    private static bool Same(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name) =>
        pattern.IsEmpty ? name.IsEmpty
        : pattern[0] == '*' ? Same(pattern[1..], name) || (!name.IsEmpty && Same(pattern, name[1..]))
        : !name.IsEmpty && (pattern[0] == '?' || pattern[0] == name[0]) && Same(pattern[1..], name[1..]);
}
