using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Orleans.Agents.Cli.Bench.Databases;
using Orleans.Agents.Hosting;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Cli.Bench;

/// <summary>
/// A file of lines that is only ever appended to, so that a process that is killed leaves what it knew and the next one adds
/// to it. A line is <c>run visit branch epoch</c>: one result that was said to be durable, or one effect that happened.
/// </summary>
internal sealed class MarkFile : IDisposable
{
    private const int WriteOnly = 0x1;
    private const int Create = 0x40;
    private const int AtTheEnd = 0x400;
    private const int CloseOnExec = 0x80000;
    private const int ReadableByAll = 0x1A4;

    private readonly SafeFileHandle file;

    private MarkFile(SafeFileHandle file) => this.file = file;

    /// <summary>Opens a file; makes it if it is missing.</summary>
    /// <exception cref="CommandException">It cannot be opened.</exception>
    public static MarkFile Open(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw CommandException.Usage("This needs Linux, where a file can be opened to be appended to only.");
        }

        var name = Encoding.UTF8.GetBytes(path + '\0');
        var file = new SafeFileHandle(Open(name, WriteOnly | Create | AtTheEnd | CloseOnExec, ReadableByAll), ownsHandle: true);
        if (file.IsInvalid)
        {
            var why = new Win32Exception(Marshal.GetLastPInvokeError()).Message;
            file.Dispose();
            throw CommandException.Usage($"{path} cannot be opened: {why}");
        }

        return new MarkFile(file);
    }

    /// <summary>Starts a file about what is acknowledged; its first line says in which database.</summary>
    /// <exception cref="CommandException">It cannot be opened.</exception>
    public static MarkFile Start(string path, BenchAddress address)
    {
        var marks = Open(path);
        marks.Write($"{address.Kind} {address.PlaceWithoutPassword}\n");
        return marks;
    }

    /// <summary>Marks every result that an engine says is durable from now on.</summary>
    public void Follow(AgentsEngine engine) => engine.Follow((run, append) =>
    {
        foreach (var happened in append.Events)
        {
            if (happened is RunEvent.ActivitySucceeded result)
            {
                Mark(new ActivityId(run, result.Visit, result.Branch), append.Epoch);
            }
        }
    });

    /// <summary>Marks that a call has had its effect.</summary>
    public void Mark(ToolCall call) => Mark(call.Activity, call.Epoch);

    public void Dispose() => file.Dispose();

    private void Mark(ActivityId activity, Epoch epoch) => Write(string.Create(
        CultureInfo.InvariantCulture, $"{activity.Run} {activity.Visit} {activity.Branch} {epoch}\n"));

    // One call of the system, so that lines of several threads never mix. The offset has no effect on such a file.
    private void Write(string text) => RandomAccess.Write(file, Encoding.UTF8.GetBytes(text), fileOffset: 0);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] name, int flags, int mode);
}
