using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Orleans.Agents.Cli.Bench.Databases;
using Orleans.Agents.Hosting;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli.Bench;

/// <summary>
/// A file with one line for each result the engine has said is durable: run, visit and branch. The first line says in
/// which database. It is only ever appended to, so a process that is killed leaves what it was told.
/// </summary>
internal sealed class AcknowledgedMarks : IDisposable
{
    private const int WriteOnly = 0x1;
    private const int Create = 0x40;
    private const int AtTheEnd = 0x400;
    private const int CloseOnExec = 0x80000;
    private const int ReadableByAll = 0x1A4;

    private readonly Lock gate = new();
    private readonly StringBuilder lines = new();
    private readonly SafeFileHandle file;

    private AcknowledgedMarks(SafeFileHandle file) => this.file = file;

    /// <summary>Checks that a file can be started, before anything is made that would have to be removed.</summary>
    /// <exception cref="CommandException">It cannot.</exception>
    public static void ThrowIfNotUsable(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw CommandException.Usage("--acknowledged needs Linux, where a file can be opened to be appended to only.");
        }

        if (File.Exists(path))
        {
            throw CommandException.Usage($"{path} exists; marks of two databases would be mixed in it.");
        }
    }

    /// <summary>Starts a file.</summary>
    /// <exception cref="CommandException">It cannot be made.</exception>
    public static AcknowledgedMarks Start(string path, BenchAddress address)
    {
        var name = Encoding.UTF8.GetBytes(path + '\0');
        var file = new SafeFileHandle(Open(name, WriteOnly | Create | AtTheEnd | CloseOnExec, ReadableByAll), ownsHandle: true);
        if (file.IsInvalid)
        {
            var why = new Win32Exception(Marshal.GetLastPInvokeError()).Message;
            file.Dispose();
            throw CommandException.Usage($"{path} cannot be made: {why}");
        }

        var marks = new AcknowledgedMarks(file);
        marks.Write($"{address.Kind} {address.Place}\n");
        return marks;
    }

    /// <summary>Marks what an engine says is durable from now on.</summary>
    public void Follow(AgentsEngine engine) => engine.Follow(Mark);

    public void Dispose() => file.Dispose();

    private void Mark(RunId run, RunAppend append)
    {
        lock (gate)
        {
            lines.Clear();
            foreach (var happened in append.Events)
            {
                if (happened is RunEvent.ActivitySucceeded result)
                {
                    lines.Append(CultureInfo.InvariantCulture, $"{run} {result.Visit} {result.Branch}\n");
                }
            }

            if (lines.Length > 0)
            {
                Write(lines.ToString());
            }
        }
    }

    // On a file that is opened to be appended to, the offset has no effect.
    private void Write(string text) => RandomAccess.Write(file, Encoding.UTF8.GetBytes(text), fileOffset: 0);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] name, int flags, int mode);
}
