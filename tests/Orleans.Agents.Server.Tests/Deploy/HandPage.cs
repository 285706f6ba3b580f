using System.Text.RegularExpressions;
using Orleans.Agents.Repository.Tests;

namespace Orleans.Agents.Server.Tests.Deploy;

/// <summary>What <c>deploy/README.md</c> says to type to run a cluster by hand.</summary>
internal sealed partial class HandPage
{
    private const string Listen = " --listen http://127.0.0.1:8080";

    private readonly string[] commands;
    private readonly string[] calls;
    private readonly string another;

    private HandPage(string section)
    {
        var blocks = Fence().Matches(section).Select(block => block.Groups[1].Value.TrimEnd('\n')).ToList();
        Assert.Equal(2, blocks.Count);
        commands = blocks[0].Split('\n');
        calls = Continued().Replace(blocks[1], " ").Split('\n');
        another = Another().Match(section).Groups[1].Value;
    }

    /// <summary>Makes role and database.</summary>
    public string MakeDatabase => commands[0];

    /// <summary>Makes the program.</summary>
    public string Publish => commands[1];

    /// <summary>Starts the first node.</summary>
    public string StartFirst => $"{commands[2]}\nexec {commands[3]}";

    /// <summary>Starts another, with the flags that stand there for it.</summary>
    public string StartAnother => StartFirst.Replace(Listen, $" {another}", StringComparison.Ordinal);

    /// <summary>How many commands there are until the first node runs.</summary>
    public int Commands => commands.Length;

    /// <summary>Starts a run at the first node.</summary>
    public string StartRun => calls[0];

    /// <summary>Follows it at the second.</summary>
    public string Follow(string run) => Elided().Replace(calls.Last(line => line[0] != '#'), run, 1);

    /// <summary>Checks that what a call answered is what stands below it; what is left out there may be anything.</summary>
    /// <param name="call">The number of the call.</param>
    /// <param name="answer">What it answered.</param>
    public void AgreesWith(int call, string answer)
    {
        var expected = calls.SkipWhile(line => line[0] == '#' || call-- > 0).Skip(1).TakeWhile(line => line[0] == '#')
            .Select(line => line[2..]).ToList();
        Assert.NotEmpty(expected);
        Assert.All(expected, line => Assert.Matches(
            $"(?m)^{Regex.Escape(line).Replace("…", ".*", StringComparison.Ordinal)}$", answer));
    }

    public static HandPage Read() => new(Source.Read("deploy/README.md").Split("\n## ")
        .Single(section => section.StartsWith("By hand", StringComparison.Ordinal)));

    [GeneratedRegex("^```sh\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continued();

    [GeneratedRegex("`(--listen [^`]+)`")]
    private static partial Regex Another();

    [GeneratedRegex("run-[0-9a-f]+…")]
    private static partial Regex Elided();
}
