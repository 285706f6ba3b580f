using System.Text;

namespace Orleans.Agents.Engine.Tests.Tools;

/// <summary>A tree with everything in it that has ever confused a tool; a seed names it.</summary>
internal static class GeneratedTree
{
    private static readonly string[] Names =
    [
        "a", "b.cs", "c.md", "Å", "日本", "e e.txt", "😀.py", "é.js", ".hidden", "f", "f.x", "F", "-dash", "new\nline",
        "[id]", "x*y",
    ];

    private static readonly string[] Lines =
    [
        "hello world", "the quick brown fox", "Todo: nothing", "", "  indented foo(bar)", "été déjà vu", "日本語 fox",
        "a1b22", "fox fox fox",
    ];

    public static Disk On(Disk disk, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 150; i++)
        {
            var folders = Enumerable.Range(0, random.Next(4)).Select(_ => $"d{random.Next(4)}");
            var path = string.Join('/', [.. folders, $"{i % 7}{Names[random.Next(Names.Length)]}"]);
            disk.Write(path, Content(random));
        }

        Directory.CreateDirectory(disk.PathOf("d0/empty folder"));
        disk.Link("d1/to-folder", "../d0").Link("to-file", "d0").Link("dangling", "nowhere")
            .Link("d2/circle", "circle").Link("d3/up", "..");
        disk.Shell("mkfifo d1/pipe");
        return disk;
    }

    private static byte[] Content(Random random)
    {
        var end = random.Next(3) == 0 ? "\r\n" : "\n";
        var lines = Enumerable.Range(0, random.Next(30)).Select(_ => Lines[random.Next(Lines.Length)] + end);
        var text = string.Concat(lines);
        return random.Next(8) switch
        {
            0 => [],
            1 => Encoding.UTF8.GetBytes(text + "the last fox has no end"),
            2 => [.. Encoding.UTF8.GetBytes(text), 0, 1, 2, 0],
            3 => Encoding.UTF8.GetBytes("\n\n\n"),
            _ => Encoding.UTF8.GetBytes(text),
        };
    }
}
