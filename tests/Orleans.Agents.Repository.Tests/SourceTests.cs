using System.Text.RegularExpressions;

namespace Orleans.Agents.Repository.Tests;

/// <summary>Rules about the source itself, for which no analyzer exists.</summary>
public sealed partial class SourceTests
{
    private const int MaxFileLines = 300;
    private const int MaxMethodLines = 60;

    /// <summary>Where everything may be caught: around other people's code, and at the top of a loop or a program.</summary>
    private static readonly string[] CatchesEverything =
    [
        "src/Orleans.Agents.Cli/CommandLine.cs",
        "src/Orleans.Agents.Engine/Activities/ActivityPerformer.cs",
        "src/Orleans.Agents.Engine/Activities/Lending/Loan.cs",
        "src/Orleans.Agents.Engine/Runs/Keeper.cs",
        "src/Orleans.Agents.Engine/Runs/RunHost.cs",
        "src/Orleans.Agents.Engine/Runs/Followers.cs",
        "src/Orleans.Agents.Engine/Runs/SizeNotices.cs",
        "src/Orleans.Agents.Engine/Tools/FunctionTool.cs",
        "src/Orleans.Agents.Gateway/Requests/Pipeline.cs",
        "src/Orleans.Agents.Storage.Postgres/WriterLane.cs",
        "src/Orleans.Agents.Storage.Sqlite/Writer.cs",
    ];

    public static TheoryData<string> Files() => [.. Source.Files("src", "*.cs")];

    public static TheoryData<string> AllFiles() =>
        [.. Source.Files("src", "*.cs").Concat(Source.Files("tests", "*.cs")).Concat(Source.Files("samples", "*.cs"))];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_can_be_read_in_one_sitting(string file) =>
        Assert.InRange(Source.Read(file).AsSpan().Count('\n'), 1, MaxFileLines);

    [Theory]
    [MemberData(nameof(Files))]
    public void A_method_fits_on_a_screen(string file)
    {
        var lines = Source.Read(file).Split('\n');
        var begin = -1;
        for (var i = 0; i < lines.Length; i++)
        {
            // A member's body stands between a brace and its like in the fourth column; formatting is checked elsewhere.
            if (lines[i].TrimEnd() == "    {")
            {
                begin = i;
            }
            else if (begin >= 0 && lines[i].TrimEnd() is "    }" or "    };")
            {
                var isType = begin > 0 && TypeDeclaration().IsMatch(lines[begin - 1]);
                Assert.True(isType || i - begin - 1 <= MaxMethodLines, $"{file}:{begin + 1} has {i - begin - 1} lines");
                begin = -1;
            }
        }
    }

    [Theory]
    [MemberData(nameof(AllFiles))]
    public void A_file_is_named_for_what_it_holds(string file) => Assert.DoesNotMatch(Vague(), Path.GetFileName(file));

    [Theory]
    [MemberData(nameof(AllFiles))]
    public void A_file_has_no_regions(string file) =>
        Assert.DoesNotContain("#reg" + "ion", Source.Read(file), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Files))]
    public void A_namespace_is_its_folder(string file)
    {
        var declared = Namespace().Match(Source.Read(file));
        if (!declared.Success || declared.Groups[1].Value == "Microsoft.Extensions.DependencyInjection")
        {
            return;
        }

        var folder = Path.GetDirectoryName(file)!["src/".Length..].Replace('/', '.');
        var expected = folder
            .Replace("Orleans.Agents.Core", "Orleans.Agents", StringComparison.Ordinal)
            .Replace("Orleans.Agents.Engine", "Orleans.Agents", StringComparison.Ordinal);
        Assert.StartsWith(expected, declared.Groups[1].Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_is_caught_only_where_it_is_said_to_be() =>
        Assert.DoesNotContain(
            Source.Files("src", "*.cs").Except(CatchesEverything), f => CatchAll().IsMatch(Source.Read(f)));

    [Theory]
    [MemberData(nameof(AllFiles))]
    public void Nothing_is_left_for_later(string file) =>
        Assert.DoesNotMatch(ForLater(), Source.Read(file));

    [Fact]
    public void No_test_sleeps() =>
        Assert.DoesNotContain(
            Source.Files("tests", "*.cs").Where(f => !f.Contains("Repository.Tests/", StringComparison.Ordinal)),
            f => Source.Read(f).Contains("Thread.Sleep(", StringComparison.Ordinal));

    [GeneratedRegex(@"(Manager|Helper|Util|Common|Misc|Impl)s?\.cs$")]
    private static partial Regex Vague();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    // A catch that names what it expects, or that tidies up and throws on, does not catch everything.
    [GeneratedRegex(@"catch\s*\(Exception\b[^)]*\)\s*(\{|when \(!)|catch\s*\{(?![^{}]*\bthrow;)")]
    private static partial Regex CatchAll();

    [GeneratedRegex(@"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK)\b|NotImplemented" + @"Exception")]
    private static partial Regex ForLater();

    [GeneratedRegex(@"\b(class|record|struct|interface|enum)\b")]
    private static partial Regex TypeDeclaration();
}
