using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Orleans.Agents.Faults;

/// <summary>A file that several processes append to at once.</summary>
internal static class SharedFile
{
    private const int WriteOnly = 0x1;
    private const int Create = 0x40;
    private const int AtTheEnd = 0x400;
    private const int CloseOnExec = 0x80000;
    private const int ReadableByAll = 0x1A4;

    /// <summary>Appends some bytes in one piece.</summary>
    /// <exception cref="IOException">They could not be written.</exception>
    public static void Append(string path, byte[] bytes)
    {
        if (OperatingSystem.IsLinux())
        {
            AppendAtOnce(path, bytes);
            return;
        }

        using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Write(bytes);
    }

    // The platform's library looks for the end and then writes there: two that do so at once overwrite each other.
    private static void AppendAtOnce(string path, byte[] bytes)
    {
        var name = new byte[Encoding.UTF8.GetByteCount(path) + 1];
        Encoding.UTF8.GetBytes(path, name);
        var descriptor = Open(name, WriteOnly | Create | AtTheEnd | CloseOnExec, ReadableByAll);
        using var file = new SafeFileHandle(descriptor, ownsHandle: true);
        if (file.IsInvalid || Write(file, bytes, bytes.Length) != bytes.Length)
        {
            throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] name, int flags, int mode);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Write(SafeFileHandle file, byte[] bytes, nint count);
}
