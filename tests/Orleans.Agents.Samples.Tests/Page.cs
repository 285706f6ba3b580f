using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Orleans.Agents.Samples.Tests;

/// <summary>A document for people as far as a machine can follow it: files to write, commands to run.</summary>
internal sealed partial record Page(ImmutableArray<PageFile> Files, ImmutableArray<PageCommand> Commands)
{
    /// <summary>What a clone is told to run from; here the built command takes its place.</summary>
    private const string FromSource = "dotnet run --project src/Orleans.Agents.Cli --";

    public static Page Read(string path)
    {
        var blocks = Fence().Matches(Repository.Read(path)).ToLookup(m => m.Groups[1].Value, m => m.Groups[2].Value);
        var files = blocks["yaml"].Select(b => FirstLine().Match(b)).Where(m => m.Success);
        var lines = blocks["bash"].SelectMany(b => b.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return new Page(
            [.. files.Select(m => new PageFile(m.Groups[1].Value, m.Groups[2].Value))], [.. lines.Select(Command)]);
    }

    private static PageCommand Command(string line)
    {
        var exit = ExpectedExit().Match(line);
        var text = line.Replace(FromSource, "agents", StringComparison.Ordinal);
        return new PageCommand(text, exit.Success ? int.Parse(exit.Groups[1].Value, CultureInfo.InvariantCulture) : 0);
    }

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\A# ([\w./-]+\.yaml)\n(.*)\z", RegexOptions.Singleline)]
    private static partial Regex FirstLine();

    [GeneratedRegex(@"# exit (\d+)\s*$")]
    private static partial Regex ExpectedExit();
}

/// <summary>A file that a page says to write: its first line names it.</summary>
internal sealed record PageFile(string Path, string Text);

/// <summary>A line that a page says to run, and the exit code it announces.</summary>
internal sealed partial record PageCommand(string Line, int ExitCode)
{
    // What sets up a machine or builds it is run by tests/run.sh itself, or is what this process came from.
    private static readonly string[] SetsUp =
    [
        "dotnet build src/Orleans.Agents.Cli", "agents() {", "bash tests/run.sh",
        "dotnet run --project samples/embedding",
    ];

    public bool IsSetUp => SetsUp.Any(s => Line.StartsWith(s, StringComparison.Ordinal));

    public bool CanBeRun => Runnable().IsMatch(Line);

    [GeneratedRegex("^([A-Z_]+=[a-z_:0-9]+ )?(agents|find|grep) ")]
    private static partial Regex Runnable();
}
