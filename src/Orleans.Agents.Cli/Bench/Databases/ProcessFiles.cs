using System.Globalization;

namespace Orleans.Agents.Cli.Bench.Databases;

/// <summary>What Linux tells of processes under <c>/proc</c>; null elsewhere, or when it does not tell us.</summary>
internal static class ProcessFiles
{
    // Linux reports processor time in hundredths of a second on every machine .NET runs on.
    private const int TicksPerSecond = 100;

    // Columns of /proc/<pid>/stat after the name of the command, which may hold anything and ends with ')'.
    private const int Parent = 1;
    private const int UserTicks = 11;
    private const int SystemTicks = 12;
    private const int ReapedUserTicks = 13;
    private const int ReapedSystemTicks = 14;

    /// <summary>How many bytes this process has caused to be sent to a disk.</summary>
    public static long? BytesSentToDisk()
    {
        const string Name = "write_bytes: ";
        var line = TryReadLines("/proc/self/io").FirstOrDefault(l => l.StartsWith(Name, StringComparison.Ordinal));
        return line is null ? null : long.Parse(line.AsSpan(Name.Length), CultureInfo.InvariantCulture);
    }

    /// <summary>The processor time of a process and of all its children, those that have ended too.</summary>
    public static TimeSpan? ProcessorOfFamily(int process)
    {
        long counted;
        long reaped;
        do
        {
            // A child that ends meanwhile is found neither among the living nor in what was read of the ended.
            if (StatOf(process) is not { } first)
            {
                return null;
            }

            reaped = ReapedTicksOf(first);
            counted = TicksOf(first) + reaped + TicksOfChildren(process);
        }
        while (StatOf(process) is { } again && ReapedTicksOf(again) != reaped);

        return TimeSpan.FromSeconds((double)counted / TicksPerSecond);
    }

    /// <summary>The process that made a process of this name, if both are on this machine.</summary>
    public static int? ServerOf(int process, string name) =>
        TryReadLines($"/proc/{process}/comm") is [var found] && found == name && StatOf(process) is { } stat
            ? (int)stat[Parent]
            : null;

    private static long TicksOf(long[] stat) => stat[UserTicks] + stat[SystemTicks];

    private static long ReapedTicksOf(long[] stat) => stat[ReapedUserTicks] + stat[ReapedSystemTicks];

    private static long TicksOfChildren(int process)
    {
        long ticks = 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var other)
                && StatOf(other) is { } stat
                && stat[Parent] == process)
            {
                ticks += TicksOf(stat);
            }
        }

        return ticks;
    }

    private static long[]? StatOf(int process)
    {
        if (TryReadLines($"/proc/{process}/stat").FirstOrDefault() is not { } line)
        {
            return null;
        }

        var columns = line[(line.LastIndexOf(')') + 2)..].Split(' ');
        return [.. columns.Select(c => long.TryParse(c, CultureInfo.InvariantCulture, out var number) ? number : 0)];
    }

    private static string[] TryReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
