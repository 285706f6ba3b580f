using System.Text;
using System.Text.Json;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Engine.Tests.Tools;

public sealed class ReadToolTests : IDisposable
{
    private readonly Disk disk = new();

    [Theory]
    [InlineData("")]
    [InlineData("one line")]
    [InlineData("a\nb\n")]
    [InlineData("a\r\nb\r\n")]
    [InlineData("åäö 日本語 😀 \u2028 \u007f \"quoted\" \\ \t \u0001")]
    [InlineData("\uFEFFwith a byte order mark")]
    public async Task A_text_is_read_as_it_is(string text)
    {
        var read = await disk.Write("f", text).Succeed("files.read", """{"root":".","path":"f"}""");
        Assert.Equal(text, read.GetProperty("text").GetString());
        Assert.Equal(Encoding.UTF8.GetByteCount(text), read.GetProperty("bytes").GetInt32());
        Assert.Equal(text.Count(c => c == '\n'), read.GetProperty("lines").GetInt32());
        Assert.Equal(("f", false, false), (
            read.GetProperty("path").GetString(),
            read.GetProperty("truncated").GetBoolean(),
            read.GetProperty("encoding_errors").GetBoolean()));
    }

    [Theory]
    [InlineData("\"from_line\":1,\"max_lines\":1", "1\n", true)]
    [InlineData("\"from_line\":2,\"max_lines\":2", "2\n3\n", true)]
    [InlineData("\"from_line\":4", "4", false)]
    [InlineData("\"from_line\":3,\"max_lines\":2", "3\n4", false)]
    [InlineData("\"from_line\":5", "", false)]
    [InlineData("\"from_line\":2147483647,\"max_lines\":2147483647", "", false)]
    [InlineData("\"max_bytes\":5", "1\n2\n", true)]
    [InlineData("\"max_bytes\":7", "1\n2\n3\n4", false)]
    [InlineData("\"max_bytes\":5.0,\"from_line\":2e0", "2\n3\n4", false)]
    [InlineData("\"max_lines\":null", "1\n2\n3\n4", false)]
    public async Task Lines_are_chosen_by_number_and_cut_whole(string range, string text, bool isTruncated)
    {
        var read = await disk.Write("f", "1\n2\n3\n4").Succeed("files.read", $$"""{"root":".","path":"f",{{range}}}""");
        Assert.Equal((text, isTruncated, 7), (
            read.GetProperty("text").GetString(),
            read.GetProperty("truncated").GetBoolean(),
            read.GetProperty("file_bytes").GetInt32()));
    }

    [Fact]
    public async Task Reading_on_from_the_next_line_reads_the_whole_file()
    {
        var random = new Random(7);
        var text = string.Concat(Enumerable.Range(0, 3000)
            .Select(i => new string((char)('a' + (i % 26)), random.Next(300)) + "\n"));
        disk.Write("f", text);
        var (all, line, parts, goesOn) = (new StringBuilder(), 1, 0, true);
        while (goesOn)
        {
            var read = await disk.Succeed(
                "files.read", $$"""{"root":".","path":"f","from_line":{{line}},"max_bytes":50000}""");
            all.Append(read.GetProperty("text").GetString());
            line += read.GetProperty("lines").GetInt32();
            goesOn = read.GetProperty("truncated").GetBoolean();
            parts++;
        }

        Assert.Equal(text, all.ToString());
        Assert.InRange(parts, 9, 12);
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_cut_between_characters()
    {
        var read = await disk.Write("f", "日本語").Succeed("files.read", """{"root":".","path":"f","max_bytes":5}""");
        Assert.Equal(("日", true, false), (
            read.GetProperty("text").GetString(),
            read.GetProperty("truncated").GetBoolean(),
            read.GetProperty("encoding_errors").GetBoolean()));
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF8_are_replaced_and_reported()
    {
        disk.Write("f", [(byte)'a', 0xFF, (byte)'b']);
        var read = await disk.Succeed("files.read", """{"root":".","path":"f"}""");
        Assert.Equal("a\uFFFDb", read.GetProperty("text").GetString());
        Assert.Equal(3, read.GetProperty("bytes").GetInt32());
        Assert.True(read.GetProperty("encoding_errors").GetBoolean());
    }

    [Theory]
    [InlineData("\u0001")]
    [InlineData("😀")]
    [InlineData("日\n")]
    public async Task A_text_that_grows_when_it_is_quoted_still_fits_into_the_answer(string piece)
    {
        disk.Write("f", string.Concat(Enumerable.Repeat(piece, 1024 * 1024 / Encoding.UTF8.GetByteCount(piece))));
        var read = await disk.Succeed("files.read", """{"root":".","path":"f","max_bytes":1048576}""");
        var text = read.GetProperty("text").GetString()!;
        Assert.InRange(text.Length, 100_000, 1024 * 1024);
        Assert.Equal(Encoding.UTF8.GetByteCount(text), read.GetProperty("bytes").GetInt32());
        Assert.Equal(
            read.GetProperty("bytes").GetInt64() < read.GetProperty("file_bytes").GetInt64(),
            read.GetProperty("truncated").GetBoolean());
        Assert.False(read.GetProperty("encoding_errors").GetBoolean());
    }

    [Fact]
    public async Task By_default_a_quarter_of_a_mebibyte_is_read()
    {
        var read = await disk.Write("f", new string('x', 300_000)).Succeed("files.read", """{"root":".","path":"f"}""");
        Assert.Equal(256 * 1024, read.GetProperty("bytes").GetInt32());
        Assert.True(read.GetProperty("truncated").GetBoolean());
    }

    [Fact]
    public async Task A_zero_byte_near_the_start_makes_a_file_binary()
    {
        disk.Write("binary", [.. new byte[7999].Select(_ => (byte)'x'), 0]);
        disk.Write("text", [.. new byte[8000].Select(_ => (byte)'x'), 0]);
        Assert.Equal("files.binary", (await disk.Fail("files.read", """{"root":".","path":"binary"}""")).Code);
        await disk.Succeed("files.read", """{"root":".","path":"text"}""");
    }

    [Fact]
    public async Task Only_a_file_can_be_read()
    {
        disk.Write("folder/file", "").Shell("mkfifo pipe");
        Assert.Equal("files.not_a_file", (await disk.Fail("files.read", """{"root":".","path":"folder"}""")).Code);
        Assert.Equal("files.not_a_file", (await disk.Fail("files.read", """{"root":".","path":"."}""")).Code);
        Assert.Equal("files.not_a_file", (await disk.Fail("files.read", """{"root":".","path":"pipe"}""")).Code);
        Assert.Equal(
            "files.not_found", (await disk.Fail("files.read", """{"root":".","path":"folder/file/x"}""")).Code);
        Assert.Equal("files.not_found", (await disk.Fail("files.read", """{"root":".","path":"nothing/x"}""")).Code);
    }

    // Root may read every file of a disk, so this needs one that the kernel itself refuses.
    [Fact]
    public async Task A_file_that_the_system_refuses_is_denied_and_can_still_be_looked_at()
    {
        var roots = new FileRoots(null, ["/proc/sys/vm"], []);
        var input = """{"root":"/proc/sys/vm","path":"compact_memory"}""";
        Assert.Equal("files.denied", (await disk.Fail("files.read", input, roots)).Code);
        var stat = await disk.Succeed("files.stat", input, roots);
        Assert.True(stat.GetProperty("exists").GetBoolean());
        Assert.False(stat.TryGetProperty("lines", out _));
        var count = await disk.Succeed(
            "text.count", """{"root":"/proc/sys/vm","include":["compact_memory","swappiness"]}""", roots);
        Assert.Equal((1, 1), (count.GetProperty("unreadable").GetInt32(), count.GetProperty("files").GetInt32()));
    }

    [Fact]
    public async Task The_text_is_one_JSON_string_for_any_bytes()
    {
        var random = new Random(8);
        for (var round = 0; round < 50; round++)
        {
            var bytes = new byte[random.Next(2000)];
            random.NextBytes(bytes);
            var content = bytes.Select(b => b == 0 ? (byte)1 : b).ToArray();
            var read = await disk.Write("f", content).Succeed("files.read", """{"root":".","path":"f"}""");
            Assert.Equal(JsonValueKind.String, read.GetProperty("text").ValueKind);
            Assert.Equal(Encoding.UTF8.GetString(content), read.GetProperty("text").GetString());
        }
    }

    public void Dispose() => disk.Dispose();
}
