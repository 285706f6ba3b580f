using System.Reflection;
using System.Text.RegularExpressions;
using Orleans.Agents.Failures;
using Orleans.Agents.Tools;

namespace Orleans.Agents.Repository.Tests;

/// <summary>The documents agree with the code and with each other.</summary>
public sealed partial class DocumentTests
{
    public static TheoryData<string> Pages() =>
        [
            .. Source.Files("docs", "*.md").Concat(Source.Files("samples", "*.md")).Concat(Source.Files("src", "*.md"))
                .Concat(Source.Files("deploy", "*.md")).Append("README.md"),
        ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_link_leads_somewhere(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Source.Root, page))!;
        foreach (var target in Link().Matches(WithoutCode(Source.Read(page))).Select(m => m.Groups[1].Value))
        {
            if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith('#'))
            {
                continue;
            }

            var path = Path.GetFullPath(Path.Combine(folder, target.Split('#')[0]));
            Assert.True(Path.Exists(path), $"{page} links to {target}, which is not there");
        }
    }

    [Fact]
    public void Every_code_of_a_failure_is_documented_and_every_documented_code_exists()
    {
        var page = Source.Read("docs/reference/failures.md");
        var documented = TableCode().Matches(page).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var used = Source.Files("src", "*.cs")
            .Where(f => !f.Contains("/Definitions/", StringComparison.Ordinal) && !f.Contains("/Telemetry/", StringComparison.Ordinal))
            .Where(f => Path.GetFileName(f) is not ("RunEvent.cs" or "RunEvents.cs" or "FactReader.cs" or "Facts.cs" or "FactKinds.cs" or "StepFacts.cs"))
            .SelectMany(f => FailureLiteral().Matches(Source.Read(f)))
            .Select(m => m.Groups[1].Value)
            .Concat(typeof(FailureCode).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!))
            .Except(BuiltInTools.All.Select(t => t.Name), StringComparer.Ordinal)
            .ToHashSet(StringComparer.Ordinal);

        Assert.Empty(used.Except(documented));
        Assert.Empty(documented.Except(used));
    }

    [Fact]
    public void No_page_names_a_machine_of_ours() => Assert.All(
        Source.Files("docs", "*.md").Concat(Source.Files("samples", "*")).Concat(Source.Files("deploy", "*")).Append("README.md"),
        p => Assert.DoesNotContain("/" + "work/", Source.Read(p), StringComparison.Ordinal));

    private static string WithoutCode(string page) => Fence().Replace(page, "");

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"```.*?```", RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^\| `([a-z_.]+\.[a-z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex TableCode();

    [GeneratedRegex("\"((?:model|tool|files|policy|activity|budget|run|context|payload|output|input|workflow|wait|signal|expression|store|history|cluster)\\.[a-z_]+)\"")]
    private static partial Regex FailureLiteral();
}
