namespace Orleans.Agents.Engine.Tests.Tools;

public sealed class StatToolTests : IDisposable
{
    private readonly Disk disk = new();

    [Fact]
    public async Task A_file_is_told_with_its_size_lines_and_time()
    {
        disk.Write("f", "a\r\nb\nc");
        File.SetLastWriteTimeUtc(disk.PathOf("f"), new DateTime(2024, 2, 3, 4, 5, 6, 700, DateTimeKind.Utc));
        var stat = await disk.Succeed("files.stat", """{"root":".","path":"f"}""");
        Assert.Equal(
            """{"path":"f","exists":true,"kind":"file","bytes":6,"lines":2,"modified_at":"2024-02-03T04:05:06.7Z"}""",
            stat.GetRawText());
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("nothing/below")]
    [InlineData("f/below-a-file")]
    public async Task A_missing_path_does_not_exist_and_is_no_failure(string path)
    {
        disk.Write("f", "");
        var stat = await disk.Succeed("files.stat", $$"""{"root":".","path":"{{path}}"}""");
        Assert.Equal($$"""{"path":"{{path}}","exists":false}""", stat.GetRawText());
    }

    [Fact]
    public async Task A_name_too_long_to_exist_does_not_exist()
    {
        var stat = await disk.Succeed("files.stat", $$"""{"root":".","path":"{{new string('n', 300)}}"}""");
        Assert.False(stat.GetProperty("exists").GetBoolean());
    }

    [Theory]
    [InlineData("folder", "directory")]
    [InlineData(".", "directory")]
    [InlineData("link", "link")]
    [InlineData("link-out", "link")]
    [InlineData("pipe", "other")]
    [InlineData("folder/../日本", "file")]
    [InlineData("link/f", "file")]
    public async Task A_path_is_told_for_what_it_is_itself(string path, string kind)
    {
        disk.Write("folder/f", "").Write("日本", "").Link("link", "folder").Link("link-out", "/etc/passwd")
            .Shell("mkfifo pipe");
        var stat = await disk.Succeed("files.stat", $$"""{"root":".","path":"{{path}}"}""");
        Assert.Equal(kind, stat.GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Nothing_is_told_of_what_is_outside()
    {
        disk.Link("out", "..");
        Assert.Equal(
            "files.outside_root", (await disk.Fail("files.stat", """{"root":".","path":"../allowed"}""")).Code);
        Assert.Equal(
            "files.outside_root", (await disk.Fail("files.stat", """{"root":".","path":"out/allowed"}""")).Code);
    }

    public void Dispose() => disk.Dispose();
}
