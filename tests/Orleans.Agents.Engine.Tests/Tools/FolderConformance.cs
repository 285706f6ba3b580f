using Orleans.Agents.Tools.Files;

namespace Orleans.Agents.Engine.Tests.Tools;

/// <summary>
/// What it means to be a folder. A link that has taken a name's place since it was looked at is what an attacker would
/// put there, so opening it must fail by itself.
/// </summary>
public abstract class FolderConformance : IAsyncLifetime
{
    protected Disk Disk { get; } = new Disk().Write("file", "12345").Write("folder/inner", "x").Write(".hidden", "")
        .Link("to-file", "file").Link("to-folder", "folder").Link("dangling", "nowhere");

    [Fact]
    public void All_names_are_listed()
    {
        using var folder = Open();
        Assert.Equal(
            [".hidden", "dangling", "file", "folder", "to-file", "to-folder"],
            folder.Names().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("file", "file")]
    [InlineData("folder", "directory")]
    [InlineData("to-file", "link")]
    [InlineData("to-folder", "link")]
    [InlineData("dangling", "link")]
    [InlineData(".", "directory")]
    public void A_name_is_what_it_is_itself(string name, string kind)
    {
        using var folder = Open();
        Assert.Equal(kind, folder.Look(name).KindName);
    }

    [Fact]
    public void The_facts_of_a_file_are_those_of_the_platform()
    {
        using var folder = Open();
        var info = new FileInfo(Disk.PathOf("file"));
        var facts = folder.Look("file");
        Assert.Equal(
            (5, info.LastWriteTimeUtc, info.UnixFileMode), (facts.Bytes, facts.ModifiedAt.UtcDateTime, facts.Mode));
    }

    [Fact]
    public void A_name_nobody_has_is_missing()
    {
        using var folder = Open();
        Assert.Equal(FileFacts.Missing, folder.Look("nobody"));
        Assert.Equal(FileFacts.Missing, folder.Look(new string('n', 300)));
        Assert.Throws<FileNotFoundException>(() => folder.OpenFile("nobody"));
        Assert.ThrowsAny<IOException>(() => folder.OpenFolder("nobody"));
    }

    [Fact]
    public void A_file_is_read_and_an_inner_folder_is_entered()
    {
        using var folder = Open();
        using var file = folder.OpenFile("file");
        Assert.Equal(5, RandomAccess.GetLength(file));
        using var inner = folder.OpenFolder("folder");
        Assert.Equal(["inner"], inner.Names());
        Assert.Equal("x", File.ReadAllText(inner.PathOf("inner")));
        inner.Flush();
    }

    [Fact]
    public void A_link_is_not_opened()
    {
        using var folder = Open();
        Assert.ThrowsAny<IOException>(() => folder.OpenFile("to-file"));
        Assert.ThrowsAny<IOException>(() => folder.OpenFolder("to-folder"));
        Assert.ThrowsAny<IOException>(() => folder.OpenFolder("file"));
        Assert.ThrowsAny<IOException>(() => folder.OpenFile("folder"));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        Disk.Dispose();
        return Task.CompletedTask;
    }

    internal abstract IFolder Open();
}

public sealed class PathFolderTests : FolderConformance
{
    internal override IFolder Open() => PathFolder.Open(Disk.Allowed);
}

public sealed class LinuxFolderTests : FolderConformance
{
    [Fact]
    public void A_pipe_is_refused_without_waiting_for_a_writer()
    {
        Disk.Shell("mkfifo pipe");
        using var folder = Open();
        Assert.Equal(FileKind.Other, folder.Look("pipe").Kind);
        Assert.Throws<IOException>(() => folder.OpenFile("pipe"));
    }

    [Fact]
    public void A_link_that_takes_a_name_after_it_was_looked_at_is_not_opened()
    {
        using var folder = LinuxCalls.OpenFolder(Disk.Allowed);
        Assert.Throws<IOException>(() => LinuxCalls.OpenForReading(folder, "to-file"));
        Assert.Throws<IOException>(() => LinuxCalls.OpenFolder(folder, "to-folder"));
    }

    [Fact]
    public void A_pipe_that_takes_a_name_after_it_was_looked_at_does_not_hold_the_reader()
    {
        Disk.Shell("mkfifo pipe");
        using var folder = LinuxCalls.OpenFolder(Disk.Allowed);
        using var pipe = LinuxCalls.OpenForReading(folder, "pipe");
        Assert.Equal(FileKind.Other, LinuxCalls.Look(pipe).Kind);
    }

    [Fact]
    public void An_open_folder_stays_itself_when_a_link_takes_its_place()
    {
        using var folder = Open();
        using var inner = folder.OpenFolder("folder");
        Directory.Move(Disk.PathOf("folder"), Disk.PathOf("moved"));
        Disk.Link("folder", "/etc");
        Assert.Equal(["inner"], inner.Names());
        Assert.Equal(FileKind.File, inner.Look("inner").Kind);
        File.WriteAllText(inner.PathOf("new"), "x");
        Assert.True(File.Exists(Disk.PathOf("moved/new")));
    }

    internal override IFolder Open() => LinuxFolder.Open(Disk.Allowed);
}
