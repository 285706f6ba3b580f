namespace Orleans.Agents.Core.Tests.Values;

/// <summary>JSON nobody would write by hand; the same for the same chance.</summary>
internal static class RandomJson
{
    private static readonly string[] Leaves =
    [
        "null", "true", "false", "0", "-1", "7", "1.0", "1e3", "2.50", "9223372036854775807", "1e400", "\"\"", "\"a\"",
        "\"b\\n\"", "\"\\u00e9\"", "\"é\"", "\"\\\"]}\"", "12345678901234567890123",
    ];

    private static readonly string[] Names = ["a", "b", "c", "\\u0061", "length", "0", "x-y", "é", ""];

    internal static string Next(Random chance, int depth)
    {
        var space = chance.Next(4) == 0 ? " \n" : "";
        return (depth == 0 ? 0 : chance.Next(3)) switch
        {
            0 => Leaves[chance.Next(Leaves.Length)],
            1 => $"[{space}{Join(chance, () => Next(chance, depth - 1))}{space}]",
            _ => $"{{{space}{Join(chance, () => $"{Name(chance)}{space}:{Next(chance, depth - 1)}")}}}",
        };
    }

    private static string Name(Random chance) => $"\"{Names[chance.Next(Names.Length)]}\"";

    private static string Join(Random chance, Func<string> next) =>
        string.Join(',', Enumerable.Range(0, chance.Next(4)).Select(_ => next()));
}
