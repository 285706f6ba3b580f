using Microsoft.Win32.SafeHandles;

namespace Orleans.Agents.Tools.Files;

/// <summary>
/// A folder known by its path, for systems without <c>openat</c>: each name is checked just before it is used, which
/// leaves the moment between the two.
/// </summary>
internal sealed class PathFolder(string path) : IFolder
{
    public static PathFolder Open(string path) =>
        Directory.Exists(path) ? new PathFolder(path) : throw new DirectoryNotFoundException($"{path}: no such folder");

    public IEnumerable<string> Names() => FolderNames.In(path);

    public FileFacts Look(string name)
    {
        var info = new FileInfo(PathOf(name));
        return Attributes(info) is { } attributes ? Facts(info, attributes) : FileFacts.Missing;
    }

    public IFolder OpenFolder(string name) =>
        Look(name).Kind is FileKind.Directory
            ? new PathFolder(PathOf(name))
            : throw new IOException($"{name}: a folder was expected");

    public SafeFileHandle OpenFile(string name) => Look(name).Kind switch
    {
        FileKind.File => File.OpenHandle(PathOf(name), share: FileShare.ReadWrite | FileShare.Delete),
        FileKind.Missing => throw new FileNotFoundException($"{name}: no such file"),
        _ => throw new IOException($"{name}: a file was expected"),
    };

    public string PathOf(string name) => Path.Join(path, name);

    public void Flush()
    {
        // Where there is no openat there is no way to flush a folder either; its file system orders names by itself.
    }

    public void Dispose()
    {
        // Nothing is held open.
    }

    // Null when there is nothing; a name that is too long to exist is one nobody has.
    private static FileAttributes? Attributes(FileInfo info)
    {
        try
        {
            return (int)info.Attributes == -1 ? null : info.Attributes;
        }
        catch (PathTooLongException)
        {
            return null;
        }
    }

    private static FileFacts Facts(FileInfo info, FileAttributes attributes)
    {
        var kind = attributes.HasFlag(FileAttributes.ReparsePoint) ? FileKind.Link
            : attributes.HasFlag(FileAttributes.Directory) ? FileKind.Directory
            : attributes.HasFlag(FileAttributes.Device) ? FileKind.Other
            : FileKind.File;
        return new FileFacts(
            kind,
            kind is FileKind.File ? info.Length : 0,
            info.LastWriteTimeUtc,
            OperatingSystem.IsWindows() ? null : info.UnixFileMode);
    }
}
