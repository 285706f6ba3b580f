using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Orleans.Agents.Tools.Files;

/// <summary>A folder held open: everything is done relative to it, so renaming its parents changes nothing.</summary>
internal sealed class LinuxFolder : IFolder
{
    private readonly SafeFileHandle handle;
    private readonly string path;

    private LinuxFolder(SafeFileHandle handle)
    {
        this.handle = handle;
        path = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{handle.DangerousGetHandle()}/");
    }

    public static LinuxFolder Open(string path) => new(LinuxCalls.OpenFolder(path));

    public IEnumerable<string> Names() => FolderNames.In(path);

    public FileFacts Look(string name) => LinuxCalls.Look(handle, name);

    public IFolder OpenFolder(string name) => new LinuxFolder(LinuxCalls.OpenFolder(handle, name));

    public SafeFileHandle OpenFile(string name)
    {
        // Looked at before, because opening a device may do something; and after, because it may have been replaced.
        FileOnly(name, Look(name));
        SafeFileHandle? file = null;
        try
        {
            file = LinuxCalls.OpenForReading(handle, name);
            FileOnly(name, LinuxCalls.Look(file));
            var opened = file;
            file = null;
            return opened;
        }
        finally
        {
            file?.Dispose();
        }
    }

    public string PathOf(string name) => path + name;

    public void Flush() => RandomAccess.FlushToDisk(handle);

    public void Dispose() => handle.Dispose();

    private static void FileOnly(string name, FileFacts facts)
    {
        if (facts.Kind is FileKind.Missing)
        {
            throw new FileNotFoundException($"{name}: no such file");
        }

        if (facts.Kind is not FileKind.File)
        {
            throw new IOException($"{name}: a file was expected, found {facts.KindName}");
        }
    }
}
