using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Orleans.Agents.EndToEnd.Tests.Processes;

/// <summary>The signals that stop a process where it stands, let it go on as if nothing had happened to it, or ask it to end.</summary>
internal static class Signal
{
    private const int End = 15;
    private const int Continue = 18;
    private const int Stop = 19;

    public static void Terminate(Process process) => Send(process, End);

    public static void Freeze(Process process) => Send(process, Stop);

    public static void Thaw(Process process) => Send(process, Continue);

    private static void Send(Process process, int signal)
    {
        if (Kill(process.Id, signal) != 0)
        {
            throw new InvalidOperationException(
                $"Process {process.Id} did not get signal {signal}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
