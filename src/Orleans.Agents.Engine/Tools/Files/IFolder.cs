using Microsoft.Win32.SafeHandles;

namespace Orleans.Agents.Tools.Files;

/// <summary>
/// One folder of the disk and the names in it. No method follows a link in a name, so a link that takes a folder's
/// place between a check and its use leads nowhere. Defined by <c>FolderConformance</c>.
/// </summary>
/// <remarks>
/// What goes wrong is thrown as <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
/// </remarks>
internal interface IFolder : IDisposable
{
    /// <summary>The names in it, in no order.</summary>
    IEnumerable<string> Names();

    /// <summary>What a name stands for; a name nobody has is <see cref="FileKind.Missing"/>.</summary>
    FileFacts Look(string name);

    /// <summary>Opens a folder in it.</summary>
    IFolder OpenFolder(string name);

    /// <summary>Opens a regular file in it for reading; anything else is refused without waiting.</summary>
    SafeFileHandle OpenFile(string name);

    /// <summary>
    /// A path by which the platform's own functions reach a name in it, whatever the folder is called by now.
    /// </summary>
    string PathOf(string name);

    /// <summary>Brings the names in it to the disk.</summary>
    void Flush();
}

/// <summary>What a name in a folder stands for.</summary>
internal enum FileKind
{
    Missing,
    File,
    Directory,
    Link,

    /// <summary>A pipe, a socket, a device: never opened, because opening may wait for ever.</summary>
    Other,
}

/// <summary>What is known of a name without opening it.</summary>
internal readonly record struct FileFacts(FileKind Kind, long Bytes, DateTimeOffset ModifiedAt, UnixFileMode? Mode)
{
    public static FileFacts Missing { get; } = new(FileKind.Missing, 0, default, null);

    /// <summary>The size where it means something: of a file.</summary>
    public long FileBytes => Kind is FileKind.File ? Bytes : 0;

    /// <summary>The name of the kind in outputs.</summary>
    public string KindName => Kind switch
    {
        FileKind.File => "file",
        FileKind.Directory => "directory",
        FileKind.Link => "link",
        _ => "other",
    };
}
