using System.Text.Json;

namespace Orleans.Agents.Engine.Tests.Tools;

public sealed class SearchToolTests : IDisposable
{
    private readonly Disk disk = new();

    [Theory]
    [InlineData("fox", "")]
    [InlineData("^the", "")]
    [InlineData("(foo|vu)", "")]
    [InlineData("[a-z][0-9]{2}", "")]
    [InlineData("^$", "")]
    [InlineData("fox$", "")]
    [InlineData("日本", "")]
    [InlineData("ÉTÉ|todo", "-i")]
    [InlineData("nowhere to be found", "")]
    public async Task It_finds_what_grep_finds(string pattern, string option)
    {
        GeneratedTree.On(disk, 11);
        var sensitive = option.Length == 0 ? "true" : "false";
        var quoted = JsonSerializer.Serialize(pattern);
        var search = await disk.Succeed(
            "files.search",
            $$"""{"root":".","pattern":{{quoted}},"case_sensitive":{{sensitive}},"max_matches":10000}""");
        var found = search.GetProperty("matches").EnumerateArray()
            .Select(match => (
                Path: match.GetProperty("path").GetString(),
                Line: match.GetProperty("line").GetInt32(),
                Text: match.GetProperty("text").GetString()))
            .Select(match => $"{match.Path}\0{match.Line}:{match.Text}");

        // Between a name and its line grep puts a zero; a match ends with a line end, and names here may have one too.
        var lines = disk.Shell($"grep -rIE {option} -Zn -e '{pattern}' . | tr -d '\\r'");
        Assert.Equal(
            lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal),
            found.SelectMany(match => $"./{match}".Split('\n')).Order(StringComparer.Ordinal));
        Assert.Equal(
            disk.Number($"grep -rIE {option} -h -e '{pattern}' . | wc -l"), search.GetProperty("total").GetInt64());
        Assert.Equal(
            disk.Number($"grep -rIE {option} -lZ -e '{pattern}' . | tr -dc '\\0' | wc -c"),
            search.GetProperty("files_matched").GetInt64());
        var binary = disk.Number("find . -type f -size +0 -print0 | xargs -0 grep -LZI '' | tr -dc '\\0' | wc -c");
        Assert.Equal(binary, search.GetProperty("files_skipped").GetInt64());
        Assert.Equal(
            disk.Number("find . -type f -printf 1 | wc -c") - binary, search.GetProperty("files_searched").GetInt64());
    }

    [Fact]
    public async Task Matches_beyond_the_limit_are_counted_and_not_listed()
    {
        disk.Write("a", string.Concat(Enumerable.Repeat("x\n", 30))).Write("b", "x");
        var search = await disk.Succeed("files.search", """{"root":".","pattern":"x","max_matches":5}""");
        Assert.Equal((5, 31, 2, true), (
            search.GetProperty("matches").GetArrayLength(),
            search.GetProperty("total").GetInt32(),
            search.GetProperty("files_matched").GetInt32(),
            search.GetProperty("truncated").GetBoolean()));
    }

    [Fact]
    public async Task An_answer_that_would_be_too_large_is_cut()
    {
        disk.Write("a", string.Concat(Enumerable.Repeat(new string('x', 500) + "\n", 9000)));
        var search = await disk.Succeed("files.search", """{"root":".","pattern":"x","max_matches":10000}""");
        Assert.Equal(9000, search.GetProperty("total").GetInt32());
        Assert.InRange(search.GetProperty("matches").GetArrayLength(), 2000, 8999);
        Assert.True(search.GetProperty("truncated").GetBoolean());
    }

    [Fact]
    public async Task A_long_line_is_shortened_between_characters()
    {
        disk.Write("a", new string('x', 399) + "😀 and more").Write("b", new string('x', 400) + "\r\n");
        var search = await disk.Succeed("files.search", """{"root":".","pattern":"x"}""");
        Assert.Equal(
            [new string('x', 399), new string('x', 400)],
            search.GetProperty("matches").EnumerateArray().Select(m => m.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_skipped_and_counted()
    {
        disk.Write("small", "x").Write("large", new string('x', 101));
        var search = await disk.Succeed("files.search", """{"root":".","pattern":"x","max_file_bytes":100}""");
        Assert.Equal((1, 1, 1), (
            search.GetProperty("total").GetInt32(),
            search.GetProperty("files_searched").GetInt32(),
            search.GetProperty("files_skipped").GetInt32()));
    }

    [Theory]
    [InlineData("(")]
    [InlineData("a(?=b)")]
    [InlineData("(a)\\\\1")]
    [InlineData("(?>a+)b")]
    public async Task A_pattern_that_cannot_run_in_linear_time_is_refused(string pattern)
    {
        var failure = await disk.Fail("files.search", $$"""{"root":".","pattern":"{{pattern}}"}""");
        Assert.Equal("files.pattern", failure.Code);
    }

    [Fact]
    public async Task Only_files_that_pass_the_filter_are_searched()
    {
        disk.Write("a.cs", "x").Write("a.md", "x").Write("obj/b.cs", "x").Write("src/deep/c.cs", "x");
        var search = await disk.Succeed(
            "files.search", """{"root":".","pattern":"x","include":["**/*.cs"],"exclude":["obj"]}""");
        Assert.Equal(
            ["a.cs", "src/deep/c.cs"],
            search.GetProperty("matches").EnumerateArray().Select(m => m.GetProperty("path").GetString()));
    }

    public void Dispose() => disk.Dispose();
}
