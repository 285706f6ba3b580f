using Orleans.Agents.Failures;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Engine.Tests.Tools;

public sealed class ConfinementTests : IDisposable
{
    private readonly Disk disk = new();

    public ConfinementTests()
    {
        Directory.CreateDirectory(Path.Join(disk.Top, "outside", "deep"));
        Directory.CreateDirectory(Path.Join(disk.Top, "allowed-not"));
        File.WriteAllText(Path.Join(disk.Top, "outside", "secret"), "secret");
        disk.Write("in/file", "inside").Write("in/deep/file", "deep")
            .Link("file-out", "../outside/secret")
            .Link("file-out-absolute", Path.Join(disk.Top, "outside", "secret"))
            .Link("folder-out", "../outside")
            .Link("chain", "chain2").Link("chain2", "in/chain3").Link("in/chain3", "../../outside")
            .Link("in/up", "../..")
            .Link("dangling-out", "../outside/nothing")
            .Link("stays", "in").Link("stays-absolute", disk.PathOf("in/file")).Link("in/back", "../in/file")
            .Link("circle", "circle2").Link("circle2", "circle");
    }

    [Theory]
    [InlineData("../outside/secret")]
    [InlineData("../outside/nothing")]
    [InlineData("in/../../outside/secret")]
    [InlineData("../allowed/in/file")]
    [InlineData("..")]
    [InlineData("/etc/passwd")]
    [InlineData("file-out")]
    [InlineData("file-out-absolute")]
    [InlineData("folder-out/secret")]
    [InlineData("folder-out/nothing")]
    [InlineData("folder-out/deep/../secret")]
    [InlineData("chain/secret")]
    [InlineData("in/up/outside/secret")]
    [InlineData("dangling-out")]
    public async Task No_path_leads_out_of_the_root(string path)
    {
        var read = await disk.Fail("files.read", $$"""{"root":".","path":"{{path}}"}""");
        Assert.Equal((FailureClass.Permanent, "files.outside_root"), (read.Class, read.Code));
        Assert.DoesNotContain(
            "secret", read.Message.Replace(path, "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../outside/secret", "files.outside_root")]
    [InlineData("../outside/new", "files.outside_root")]
    [InlineData("/tmp/new", "files.outside_root")]
    [InlineData("file-out", "files.link")]
    [InlineData("folder-out/new", "files.link")]
    [InlineData("chain/new", "files.link")]
    [InlineData("dangling-out", "files.link")]
    [InlineData("stays/file", "files.link")]
    [InlineData("in/back", "files.link")]
    [InlineData("circle", "files.link")]
    public async Task Nothing_is_written_outside_or_through_a_link(string path, string code)
    {
        var before = disk.Shell("cd ..; find . -printf '%p %y %s %l\n' | sort");
        foreach (var create in (string[])["false", "true"])
        {
            var write = await disk.Fail(
                "files.write", $$"""{"root":".","path":"{{path}}","text":"x","create_directories":{{create}}}""");
            Assert.Equal(code, write.Code);
        }

        Assert.Equal(before, disk.Shell("cd ..; find . -printf '%p %y %s %l\n' | sort"));
    }

    [Theory]
    [InlineData("in/file", "inside")]
    [InlineData("./in//file", "inside")]
    [InlineData("in/deep/../file", "inside")]
    [InlineData("stays/file", "inside")]
    [InlineData("stays/deep/file", "deep")]
    [InlineData("stays-absolute", "inside")]
    [InlineData("in/back", "inside")]
    public async Task A_path_and_a_link_that_stay_inside_are_followed(string path, string text)
    {
        var read = await disk.Succeed("files.read", $$"""{"root":".","path":"{{path}}"}""");
        Assert.Equal(text, read.GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_link_may_not_even_leave_the_root_for_another_part_of_the_allowed_folder()
    {
        disk.Link("in/aside", "../other").Write("other", "x");
        Assert.Equal("files.outside_root", (await disk.Fail("files.read", """{"root":"in","path":"aside"}""")).Code);
        await disk.Succeed("files.read", """{"root":".","path":"in/aside"}""");
    }

    [Fact]
    public async Task Links_in_a_circle_lead_nowhere()
    {
        Assert.Equal("files.not_found", (await disk.Fail("files.read", """{"root":".","path":"circle"}""")).Code);
        Assert.Equal("files.not_found", (await disk.Fail("files.read", """{"root":".","path":"circle/x"}""")).Code);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../outside")]
    [InlineData("../allowed-not")]
    [InlineData("../nothing")]
    [InlineData("/")]
    [InlineData("folder-out")]
    [InlineData("chain")]
    [InlineData("in/up")]
    [InlineData("circle")]
    public async Task A_root_outside_the_policy_is_refused_with_what_to_write_into_it(string root)
    {
        foreach (var (tool, rest) in ReadingTools)
        {
            var refused = await disk.Fail(tool, $$"""{"root":"{{root}}"{{rest}}}""");
            Assert.Equal((FailureClass.Policy, "policy.files_read"), (refused.Class, refused.Code));
            Assert.Contains("spec.files.read", refused.Message, StringComparison.Ordinal);
            Assert.Contains($"'{root}'", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task To_be_allowed_to_read_is_not_to_be_allowed_to_write()
    {
        var reading = new FileRoots(disk.Allowed, [disk.Allowed], []);
        var refused = await disk.Fail("files.write", """{"root":".","path":"x","text":"x"}""", reading);
        Assert.Equal((FailureClass.Policy, "policy.files_write"), (refused.Class, refused.Code));
        Assert.Contains("spec.files.write", refused.Message, StringComparison.Ordinal);
        var writing = new FileRoots(disk.Allowed, [], [disk.Allowed]);
        Assert.Equal("policy.files_read", (await disk.Fail("files.tree", """{"root":"."}""", writing)).Code);
        Assert.False(File.Exists(disk.PathOf("x")));
    }

    [Fact]
    public async Task Without_roots_nothing_is_allowed()
    {
        Assert.Equal("policy.files_read", (await disk.Fail("files.tree", """{"root":"."}""", FileRoots.None)).Code);
        Assert.Equal("policy.files_read", (await disk.Fail("files.tree", """{"root":"/"}""", FileRoots.None)).Code);
        Assert.Equal(
            "policy.files_write",
            (await disk.Fail("files.write", """{"root":".","path":"x","text":""}""", FileRoots.None)).Code);
    }

    [Fact]
    public async Task An_allowed_folder_may_be_named_through_a_link()
    {
        Directory.CreateSymbolicLink(Path.Join(disk.Top, "alias"), "allowed");
        var alias = Path.Join(disk.Top, "alias");
        var roots = new FileRoots(alias, [alias], []);
        var read = await disk.Succeed("files.read", $$"""{"root":"{{alias}}","path":"in/file"}""", roots);
        Assert.Equal("inside", read.GetProperty("text").GetString());
        await disk.Succeed("files.read", """{"root":"in","path":"file"}""", roots);
        await disk.Succeed("files.read", $$"""{"root":"{{disk.Allowed}}","path":"in/file"}""", roots);
    }

    [Fact]
    public async Task The_whole_disk_can_be_allowed()
    {
        var roots = new FileRoots(null, ["/"], []);
        var read = await disk.Succeed("files.read", $$"""{"root":"{{disk.Allowed}}","path":"in/file"}""", roots);
        Assert.Equal("inside", read.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Walks_do_not_enter_links()
    {
        var search = await disk.Succeed("files.search", """{"root":".","pattern":"secret|inside"}""");
        Assert.Equal(
            ["in/file"],
            search.GetProperty("matches").EnumerateArray().Select(match => match.GetProperty("path").GetString()));
        var count = await disk.Succeed("text.count", """{"root":"."}""");
        Assert.Equal(2, count.GetProperty("files").GetInt32());
    }

    [Fact]
    public async Task A_very_long_name_is_not_found_and_a_zero_character_is_no_name()
    {
        var name = new string('n', 4000);
        Assert.Equal("files.not_found", (await disk.Fail("files.read", $$"""{"root":".","path":"{{name}}"}""")).Code);
        Assert.Equal("files.not_found", (await disk.Fail("files.read", $$"""{"root":"{{name}}","path":"x"}""")).Code);
        Assert.Equal(
            "tool.input_invalid", (await disk.Fail("files.read", """{"root":".","path":"in/file\u0000x"}""")).Code);
    }

    public void Dispose() => disk.Dispose();

    private static readonly (string Tool, string Fields)[] ReadingTools =
    [
        ("files.tree", ""), ("files.read", ""","path":"x" """), ("files.search", ""","pattern":"x" """),
        ("files.stat", ""","path":"x" """), ("text.count", ""),
    ];
}
