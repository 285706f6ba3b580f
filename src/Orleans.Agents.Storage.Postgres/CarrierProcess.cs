using System.Diagnostics;
using System.Globalization;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>Names the processes that carry runs, and knows of those of this machine whether they are there.</summary>
internal static class CarrierProcess
{
    /// <summary>This process: <c>machine:number</c>.</summary>
    public static string Name { get; } = string.Create(
        CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}");

    /// <summary>
    /// Whether a process ran on this machine and is not there any more. Its number may have been given to another one, and
    /// of other machines nobody knows here: then it is not known. A container with the name of its host sees only its own
    /// processes; whoever is taken for gone by that takes another epoch, as after any fencing.
    /// </summary>
    public static bool IsKnownToBeGone(string process)
    {
        if (process.LastIndexOf(':') is not (> 0 and var colon)
            || !process.AsSpan(0, colon).SequenceEqual(Environment.MachineName)
            || !int.TryParse(process.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        try
        {
            using var found = Process.GetProcessById(number);
            return false;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }
}
