using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Orleans.Agents.Tools.Files;

/// <summary>
/// The two calls the platform's library has no name for: open a name inside an open folder without following a link,
/// and tell a pipe from a file.
/// </summary>
internal static class LinuxCalls
{
    private const int CurrentFolder = -100;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int LookAtLinks = 0x100;
    private const int LookAtHandle = 0x1000;
    private const uint TypeModeSizeTime = 0x1 | 0x2 | 0x40 | 0x200;

    private const int NotPermitted = 1;
    private const int NoSuchName = 2;
    private const int Interrupted = 4;
    private const int AccessDenied = 13;
    private const int NotAFolder = 20;
    private const int NameTooLong = 36;

    // The kernel numbers these two by the family of the processor.
    private static readonly bool ArmNumbers =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm or Architecture.Ppc64le;

    private static readonly int FolderOnly = ArmNumbers ? 0x4000 : 0x10000;
    private static readonly int NoFollow = ArmNumbers ? 0x8000 : 0x20000;

    public static SafeFileHandle OpenFolder(string path) =>
        Open(path, bytes => OpenAt(CurrentFolder, bytes, CloseOnExec | FolderOnly | NoFollow, 0));

    public static SafeFileHandle OpenFolder(SafeFileHandle folder, string name) =>
        Open(name, bytes => OpenAt(folder, bytes, CloseOnExec | FolderOnly | NoFollow, 0));

    // Not blocking, so that a pipe that has just taken a file's place does not hold the caller.
    public static SafeFileHandle OpenForReading(SafeFileHandle folder, string name) =>
        Open(name, bytes => OpenAt(folder, bytes, CloseOnExec | NonBlocking | NoFollow, 0));

    public static FileFacts Look(SafeFileHandle folder, string name) =>
        StatX(folder, Terminated(name), LookAtLinks, TypeModeSizeTime, out var answer) == 0
            ? Facts(answer)
            : Marshal.GetLastPInvokeError() switch
            {
                NoSuchName or NotAFolder or NameTooLong => FileFacts.Missing,
                var error => throw Problem(name, error),
            };

    public static FileFacts Look(SafeFileHandle handle) =>
        StatX(handle, Terminated(""), LookAtHandle, TypeModeSizeTime, out var answer) == 0
            ? Facts(answer)
            : throw Problem("an open file", Marshal.GetLastPInvokeError());

    private static SafeFileHandle Open(string name, Func<byte[], int> open)
    {
        var bytes = Terminated(name);
        while (true)
        {
            var descriptor = open(bytes);
            if (descriptor >= 0)
            {
                return new SafeFileHandle(descriptor, ownsHandle: true);
            }

            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
            {
                throw Problem(name, error);
            }
        }
    }

    private static FileFacts Facts(in StatXAnswer answer) => new(
        (answer.Mode & 0xF000) switch
        {
            0x8000 => FileKind.File,
            0x4000 => FileKind.Directory,
            0xA000 => FileKind.Link,
            _ => FileKind.Other,
        },
        (long)answer.Size,
        DateTimeOffset.FromUnixTimeSeconds(answer.ModifiedSeconds).AddTicks(answer.ModifiedNanoseconds / 100),
        (UnixFileMode)(answer.Mode & 0xFFF));

    private static Exception Problem(string name, int error)
    {
        var message = $"{name}: {Marshal.GetPInvokeErrorMessage(error)}";
        return error switch
        {
            NoSuchName => new FileNotFoundException(message),
            NotPermitted or AccessDenied => new UnauthorizedAccessException(message),
            NameTooLong => new PathTooLongException(message),
            _ => new IOException(message),
        };
    }

    private static byte[] Terminated(string name)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(name) + 1];
        Encoding.UTF8.GetBytes(name, bytes);
        return bytes;
    }

    [DllImport("libc", EntryPoint = "openat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenAt(int folder, byte[] name, int flags, int mode);

    [DllImport("libc", EntryPoint = "openat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenAt(SafeFileHandle folder, byte[] name, int flags, int mode);

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(SafeFileHandle folder, byte[] name, int flags, uint mask, out StatXAnswer answer);

    /// <summary>The kernel's layout, the same on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private readonly struct StatXAnswer
    {
        [FieldOffset(28)]
        public readonly ushort Mode;

        [FieldOffset(40)]
        public readonly ulong Size;

        [FieldOffset(112)]
        public readonly long ModifiedSeconds;

        [FieldOffset(120)]
        public readonly uint ModifiedNanoseconds;
    }
}
