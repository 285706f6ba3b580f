using System.Globalization;
using System.Text.Json;
using Orleans.Agents.Tools.Files;

namespace Orleans.Agents.Engine.Tests.Tools;

public sealed class TreeToolTests : IDisposable
{
    private readonly Disk disk = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task It_lists_exactly_what_find_lists(int seed)
    {
        GeneratedTree.On(disk, seed);
        var tree = await disk.Succeed("files.tree", """{"root":"."}""");
        var found = disk.Shell(@"find . -mindepth 1 -printf '%P\0%y\0%s\0'").Split('\0').SkipLast(1).Chunk(3)
            .Select(entry => (Path: entry[0], Kind: Kind(entry[1]), Bytes: entry[1] == "f" ? entry[2] : "0"))
            .OrderBy(entry => entry.Path, StringComparer.Ordinal);
        Assert.Equal(found, tree.GetProperty("entries").EnumerateArray().Select(entry => (
            entry.GetProperty("path").GetString()!,
            entry.GetProperty("kind").GetString()!,
            entry.GetProperty("bytes").GetRawText())));
        Assert.Equal(disk.Number("find . -type f -printf 1 | wc -c"), tree.GetProperty("files").GetInt64());
        Assert.Equal(
            disk.Number("find . -mindepth 1 -type d -printf 1 | wc -c"), tree.GetProperty("directories").GetInt64());
        Assert.Equal(disk.Number("find . -type l -printf 1 | wc -c"), tree.GetProperty("links").GetInt64());
        Assert.Equal(
            disk.Number("find . -type f -print0 | xargs -0 cat | wc -c"), tree.GetProperty("bytes").GetInt64());
        Assert.False(tree.GetProperty("truncated").GetBoolean());
    }

    [Fact]
    public async Task The_order_is_that_of_whole_paths()
    {
        disk.Write("a/b", "").Write("a.txt", "").Write("a-b/c", "").Write("a0", "").Write("B", "");
        Assert.Equal(["B", "a", "a-b", "a-b/c", "a.txt", "a/b", "a0"], await Paths("""{"root":"."}"""));
    }

    [Fact]
    public async Task The_first_entries_are_the_same_however_few_are_asked_for()
    {
        GeneratedTree.On(disk, 4);
        var all = await Paths("""{"root":"."}""");
        for (var most = 1; most < 40; most += 7)
        {
            Assert.Equal(all.Take(most), await Paths($$"""{"root":".","max_entries":{{most}}}"""));
        }
    }

    [Fact]
    public async Task A_link_is_listed_and_not_followed()
    {
        Directory.CreateDirectory(Path.Join(disk.Top, "outside"));
        await File.WriteAllTextAsync(Path.Join(disk.Top, "outside", "secret"), "");
        disk.Write("inside/x", "").Link("away", "../outside").Link("loop", ".");
        var tree = await disk.Succeed("files.tree", """{"root":"."}""");
        Assert.Equal(["away", "inside", "inside/x", "loop"], Paths(tree));
        Assert.Equal(2, tree.GetProperty("links").GetInt32());
    }

    [Fact]
    public async Task A_root_that_is_a_link_to_an_allowed_folder_is_its_target()
    {
        disk.Write("real/x", "").Link("alias", "real");
        Assert.Equal(["x"], await Paths("""{"root":"alias"}"""));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Depth_is_counted_as_find_counts_it(int depth)
    {
        GeneratedTree.On(disk, 5);
        var found = disk.Shell($"find . -mindepth 1 -maxdepth {depth:0} -printf '%P\\0'");
        Assert.Equal(
            found.Split('\0').SkipLast(1).Order(StringComparer.Ordinal),
            await Paths($$"""{"root":".","max_depth":{{depth}}}"""));
    }

    [Fact]
    public async Task An_excluded_folder_is_left_out_with_all_that_is_in_it()
    {
        disk.Write("src/a.cs", "").Write("src/bin/a.dll", "").Write("bin/b.dll", "").Write("x/bin", "")
            .Write(".git/config", "");
        Assert.Equal(["src", "src/a.cs", "x", "x/bin"], await Paths("""{"root":".","exclude":["bin/",".git"]}"""));
    }

    [Fact]
    public async Task An_included_folder_is_included_with_all_that_is_in_it()
    {
        disk.Write("src/a.cs", "").Write("src/deep/b.md", "").Write("docs/c.md", "").Write("d.cs", "");
        Assert.Equal(["docs/c.md", "src/deep/b.md"], await Paths("""{"root":".","include":["*.md"]}"""));
        Assert.Equal(
            ["src", "src/a.cs", "src/deep", "src/deep/b.md"], await Paths("""{"root":".","include":["src/"]}"""));
    }

    [Fact]
    public async Task Of_more_entries_than_asked_for_the_totals_count_all()
    {
        for (var i = 0; i < 20_000; i++)
        {
            var folder = disk.PathOf(string.Create(CultureInfo.InvariantCulture, $"d{i % 20:00}"));
            Directory.CreateDirectory(folder);
            await File.WriteAllBytesAsync(Path.Join(folder, i.ToString("00000", CultureInfo.InvariantCulture)), []);
        }

        var tree = await disk.Succeed("files.tree", """{"root":"."}""");
        Assert.Equal(10_000, tree.GetProperty("entries").GetArrayLength());
        Assert.Equal(20_000, tree.GetProperty("files").GetInt32());
        Assert.True(tree.GetProperty("truncated").GetBoolean());
        var more = await disk.Succeed("files.tree", """{"root":".","max_entries":100000}""");
        Assert.Equal(20_020, more.GetProperty("entries").GetArrayLength());
        Assert.False(more.GetProperty("truncated").GetBoolean());
    }

    [Fact]
    public async Task Long_names_are_cut_where_the_answer_would_be_too_large()
    {
        for (var i = 0; i < 12_000; i++)
        {
            var name = new string('n', 240) + i.ToString("00000", CultureInfo.InvariantCulture);
            await File.WriteAllBytesAsync(disk.PathOf(name), []);
        }

        var tree = await disk.Succeed("files.tree", """{"root":".","max_entries":100000}""");
        Assert.True(tree.GetProperty("truncated").GetBoolean());
        Assert.Equal(12_000, tree.GetProperty("files").GetInt32());
        Assert.InRange(tree.GetProperty("entries").GetArrayLength(), 4000, 11_999);
    }

    [Fact]
    public async Task A_name_that_is_not_UTF8_is_counted_as_unreadable()
    {
        disk.Write("good", "").Shell(@"touch $'bad\xff'");
        var tree = await disk.Succeed("files.tree", """{"root":"."}""");
        Assert.Equal(["good"], Paths(tree));
        Assert.Equal(1, tree.GetProperty("unreadable").GetInt32());
    }

    [Fact]
    public async Task A_tree_deeper_than_any_path_can_be_is_cut_and_says_so()
    {
        disk.Shell("name=dddddddddddddddddddddddddddddd; for i in $(seq 230); do mkdir $name && cd $name; done");
        var tree = await disk.Succeed("files.tree", """{"root":"."}""");
        Assert.Equal(FolderWalk.MaxDepth, tree.GetProperty("directories").GetInt32());
        Assert.True(tree.GetProperty("truncated").GetBoolean());
    }

    [Fact]
    public void A_walk_stops_at_the_next_entry_once_it_is_cancelled()
    {
        GeneratedTree.On(disk, 6);
        using var stop = new CancellationTokenSource();
        using var folder = LinuxFolder.Open(disk.Allowed);
        var walk = new FolderWalk(new FileFilter(null, null), int.MaxValue, stop.Token);
        using var entries = walk.Entries(folder).GetEnumerator();
        for (var i = 0; i < 5; i++)
        {
            Assert.True(entries.MoveNext());
        }

        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => entries.MoveNext());
    }

    [Theory]
    [InlineData("files.tree", """{"root":"."}""")]
    [InlineData("files.read", """{"root":".","path":"x","from_line":2}""")]
    [InlineData("files.search", """{"root":".","pattern":"x"}""")]
    [InlineData("files.stat", """{"root":".","path":"x"}""")]
    [InlineData("text.count", """{"root":"."}""")]
    [InlineData("files.write", """{"root":".","path":"y","text":"y"}""")]
    public async Task A_cancelled_call_throws_and_does_not_fail(string tool, string input)
    {
        disk.Write("x", "x\ny\n");
        await Assert.ThrowsAsync<OperationCanceledException>(
            async () => await disk.Call(tool, input, null, new CancellationToken(canceled: true)));
        Assert.False(File.Exists(disk.PathOf("y")));
    }

    [Fact]
    public async Task A_root_must_be_a_folder()
    {
        disk.Write("x", "");
        Assert.Equal("files.not_a_folder", (await disk.Fail("files.tree", """{"root":"x"}""")).Code);
        Assert.Equal("files.not_found", (await disk.Fail("files.tree", """{"root":"y"}""")).Code);
    }

    public void Dispose() => disk.Dispose();

    private static string Kind(string letter) => letter switch
    {
        "f" => "file",
        "d" => "directory",
        "l" => "link",
        _ => "other",
    };

    private static IEnumerable<string?> Paths(JsonElement tree) =>
        tree.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("path").GetString());

    private async Task<IEnumerable<string?>> Paths(string input) => Paths(await disk.Succeed("files.tree", input));
}
