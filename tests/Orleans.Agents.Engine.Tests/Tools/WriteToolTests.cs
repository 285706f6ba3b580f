namespace Orleans.Agents.Engine.Tests.Tools;

public sealed class WriteToolTests : IDisposable
{
    private readonly Disk disk = new();

    [Fact]
    public async Task The_second_call_leaves_the_world_as_the_first_did()
    {
        var input = """{"root":".","path":"å.txt","text":"日本\r\n"}""";
        var first = await disk.Succeed("files.write", input);
        Assert.Equal("""{"path":"å.txt","bytes":8,"created":true}""", first.GetRawText());
        var second = await disk.Succeed("files.write", input);
        Assert.Equal("""{"path":"å.txt","bytes":8,"created":false}""", second.GetRawText());
        Assert.Equal("日本\r\n", await File.ReadAllTextAsync(disk.PathOf("å.txt")));
        Assert.Equal(["å.txt"], Names());
    }

    [Fact]
    public async Task A_reader_of_the_old_file_keeps_the_old_text()
    {
        disk.Write("f", "old");
        using var reader = File.OpenText(disk.PathOf("f"));
        await disk.Succeed("files.write", """{"root":".","path":"f","text":"new"}""");
        Assert.Equal("old", await reader.ReadToEndAsync());
        Assert.Equal("new", await File.ReadAllTextAsync(disk.PathOf("f")));
    }

    [Fact]
    public async Task A_replaced_file_keeps_its_rights()
    {
        disk.Write("run.sh", "old").Shell("chmod 751 run.sh");
        await disk.Succeed("files.write", """{"root":".","path":"run.sh","text":"new"}""");
        Assert.Equal("751", disk.Shell("stat -c %a run.sh").Trim());
    }

    [Fact]
    public async Task A_file_that_nobody_may_write_is_left_alone()
    {
        disk.Write("f", "old").Shell("chmod 444 f");
        Assert.Equal("files.denied", (await disk.Fail("files.write", """{"root":".","path":"f","text":"new"}""")).Code);
        Assert.Equal("old", await File.ReadAllTextAsync(disk.PathOf("f")));
    }

    [Fact]
    public async Task Folders_are_made_only_when_asked_for()
    {
        var refused = await disk.Fail("files.write", """{"root":".","path":"a/b/f","text":"x"}""");
        Assert.Equal("files.not_found", refused.Code);
        Assert.Contains("create_directories", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Names());
        await disk.Succeed("files.write", """{"root":".","path":"a/b/f","text":"x","create_directories":true}""");
        Assert.Equal(["a", "a/b", "a/b/f"], Names());
    }

    [Fact]
    public async Task The_root_itself_is_made_when_folders_are()
    {
        var roots = disk.Roots with { Write = [disk.PathOf("out")] };
        var refused = await disk.Fail("files.write", """{"root":"out","path":"f","text":"x"}""", roots);
        Assert.Equal("files.not_found", refused.Code);
        await disk.Succeed(
            "files.write", """{"root":"out/deep","path":"f","text":"x","create_directories":true}""", roots);
        Assert.Equal("x", await File.ReadAllTextAsync(disk.PathOf("out/deep/f")));
    }

    [Theory]
    [InlineData("folder", "files.not_a_file")]
    [InlineData(".", "files.not_a_file")]
    [InlineData("pipe", "files.not_a_file")]
    [InlineData("f/below", "files.not_a_folder")]
    public async Task Only_a_file_can_be_written(string path, string code)
    {
        disk.Write("folder/x", "").Write("f", "").Shell("mkfifo pipe");
        var before = Names();
        Assert.Equal(code, (await disk.Fail("files.write", $$"""{"root":".","path":"{{path}}","text":"x"}""")).Code);
        Assert.Equal(before, Names());
    }

    [Fact]
    public async Task A_failed_write_leaves_nothing_behind()
    {
        var name = new string('n', 256);
        var failure = await disk.Fail("files.write", $$"""{"root":".","path":"{{name}}","text":"x"}""");
        Assert.Equal("files.name_too_long", failure.Code);
        Assert.Empty(Names());
    }

    [Fact]
    public async Task A_text_that_is_too_large_is_refused()
    {
        var text = new string('x', (4 * 1024 * 1024) + 1);
        var failure = await disk.Fail("files.write", $$"""{"root":".","path":"f","text":"{{text}}"}""");
        Assert.Equal("files.too_large", failure.Code);
        Assert.Empty(Names());
        await disk.Succeed("files.write", $$"""{"root":".","path":"f","text":"{{text[1..]}}"}""");
    }

    [Fact]
    public async Task An_empty_text_makes_an_empty_file()
    {
        await disk.Succeed("files.write", """{"root":".","path":"f","text":""}""");
        Assert.Equal(0, new FileInfo(disk.PathOf("f")).Length);
    }

    public void Dispose() => disk.Dispose();

    private List<string> Names() =>
        [.. disk.Shell(@"find . -mindepth 1 -printf '%P\0'").Split('\0').SkipLast(1).Order(StringComparer.Ordinal)];
}
