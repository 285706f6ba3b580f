using System.Text;

namespace Orleans.Agents.Cli.Bench.Databases;

/// <summary>What an append of the floor holds: three events of 200 bytes, as one JSON array.</summary>
internal static class FloorEvents
{
    private const int EventBytes = 200;
    private const int Events = 3;

    /// <summary>The array in UTF-8.</summary>
    public static byte[] Utf8 { get; } = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat(Event(), Events))}]");

    private static string Event()
    {
        const string Begin = """{"type":"floor","text":" """;
        const string End = "\"}";
        return Begin + new string('e', EventBytes - Begin.Length - End.Length) + End;
    }
}
