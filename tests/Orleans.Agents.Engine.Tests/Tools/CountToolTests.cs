using System.Globalization;
using System.Text.Json;
using Orleans.Agents.Tools.Text;

namespace Orleans.Agents.Engine.Tests.Tools;

public sealed class CountToolTests : IDisposable
{
    private readonly Disk disk = new();

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    public async Task It_counts_as_find_and_wc_count(int seed)
    {
        GeneratedTree.On(disk, seed);
        var count = await disk.Succeed("text.count", """{"root":"."}""");
        Assert.Equal(disk.Number("find . -type f -printf 1 | wc -c"), count.GetProperty("files").GetInt64());
        Assert.Equal(
            disk.Number("find . -type f -print0 | xargs -0 cat | wc -l"), count.GetProperty("lines").GetInt64());
        Assert.Equal(
            disk.Number("find . -type f -print0 | xargs -0 cat | wc -c"), count.GetProperty("bytes").GetInt64());
        var languages = count.GetProperty("languages").EnumerateArray().ToList();
        foreach (var sum in (string[])["files", "lines", "bytes"])
        {
            Assert.Equal(
                count.GetProperty(sum).GetInt64(), languages.Sum(language => language.GetProperty(sum).GetInt64()));
        }

        var python = languages.Single(language => language.GetProperty("language").GetString() == "Python");
        Assert.Equal(
            disk.Number("find . -type f -name '*.py' -print0 | xargs -0 cat | wc -l"),
            python.GetProperty("lines").GetInt64());
    }

    [Fact]
    public async Task The_largest_files_are_those_that_find_puts_first()
    {
        GeneratedTree.On(disk, 24);
        var count = await disk.Succeed("text.count", """{"root":".","largest":7}""");
        var found = disk.Shell(@"find . -type f -printf '%P\0%s\0'").Split('\0').SkipLast(1).Chunk(2)
            .Select(file => (Path: file[0], Bytes: long.Parse(file[1], CultureInfo.InvariantCulture)))
            .OrderByDescending(file => file.Bytes).ThenBy(file => file.Path, StringComparer.Ordinal).Take(7);
        Assert.Equal(found, count.GetProperty("largest").EnumerateArray()
            .Select(file => (file.GetProperty("path").GetString()!, file.GetProperty("bytes").GetInt64())));
    }

    [Theory]
    [InlineData("")]
    [InlineData("one")]
    [InlineData("one two\nthree\n")]
    [InlineData("  leading\tand\r\ntrailing  ")]
    [InlineData("été 日本語 😀 e\u0301")]
    public async Task A_text_is_counted_as_wc_counts_it(string text)
    {
        disk.Write("f", text);
        var count = await disk.Succeed("text.count", $$"""{"text":{{JsonSerializer.Serialize(text)}}}""");
        Assert.Equal(
            (disk.Number("wc -l < f"), disk.Number("wc -w < f"), disk.Number("wc -m < f"), disk.Number("wc -c < f")),
            (count.GetProperty("lines").GetInt64(), count.GetProperty("words").GetInt64(),
                count.GetProperty("characters").GetInt64(), count.GetProperty("bytes").GetInt64()));
    }

    [Fact]
    public async Task Languages_come_by_lines_and_then_by_name()
    {
        disk.Write("a.py", "1\n").Write("b.cs", "1\n2\n").Write("c.go", "1\n").Write("d.cs", "").Write("e.unknown", "");
        var count = await disk.Succeed("text.count", """{"root":".","largest":0}""");
        Assert.Equal(
            [("C#", 2, 2), ("Go", 1, 1), ("Python", 1, 1), ("Other", 1, 0)],
            count.GetProperty("languages").EnumerateArray().Select(l => (
                l.GetProperty("language").GetString(),
                l.GetProperty("files").GetInt32(),
                l.GetProperty("lines").GetInt32())));
        Assert.Equal(0, count.GetProperty("largest").GetArrayLength());
    }

    [Fact]
    public async Task A_large_file_is_counted_in_pieces()
    {
        disk.Shell("seq 300000 > f");
        var count = await disk.Succeed("text.count", """{"root":"."}""");
        Assert.Equal(
            (300_000, 1_988_895), (count.GetProperty("lines").GetInt64(), count.GetProperty("bytes").GetInt64()));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"text":"x","root":"."}""")]
    [InlineData("""{"text":"x","largest":3}""")]
    [InlineData("""{"text":"x","include":["x"]}""")]
    public async Task It_counts_either_a_text_or_a_folder(string input) =>
        Assert.Equal("tool.input_invalid", (await disk.Fail("text.count", input)).Code);

    [Theory]
    [InlineData("Program.cs", "C#")]
    [InlineData("PROGRAM.CS", "C#")]
    [InlineData("Dockerfile", "Dockerfile")]
    [InlineData("CMakeLists.txt", "CMake")]
    [InlineData("notes.txt", "Text")]
    [InlineData("archive.tar.gz", "Other")]
    [InlineData("Makefile", "Makefile")]
    [InlineData(".gitignore", "Git settings")]
    [InlineData("go.mod", "Go module")]
    [InlineData("x.d.ts", "TypeScript")]
    [InlineData("noextension", "Other")]
    public void A_language_is_known_by_the_name_of_a_file(string name, string language) =>
        Assert.Equal(language, Languages.Of(name));

    public void Dispose() => disk.Dispose();
}
