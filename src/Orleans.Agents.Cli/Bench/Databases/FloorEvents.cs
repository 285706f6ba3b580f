using System.Text;

namespace Orleans.Agents.Cli.Bench.Databases;

/// <summary>What an append of the floor holds: three events of 200 bytes, as one JSON array.</summary>
internal static class FloorEvents
{
    /// <summary>The array in UTF-8.</summary>
    public static byte[] Utf8 { get; } =
        Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat($"\"{new string('e', 198)}\"", 3))}]");
}
