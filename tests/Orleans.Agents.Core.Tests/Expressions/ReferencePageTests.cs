using System.Text.RegularExpressions;

namespace Orleans.Agents.Core.Tests.Expressions;

public sealed partial class ReferencePageTests
{
    public static TheoryData<string, string> Examples
    {
        get
        {
            var page = File.ReadAllText(Path.Combine(Root(), "docs", "reference", "expressions.md"));
            var examples = new TheoryData<string, string>();
            foreach (Match example in Example().Matches(page))
            {
                examples.Add(example.Groups[1].Value, example.Groups[2].Value);
            }

            return examples;
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_of_the_reference_is_true(string text, string expected) =>
        Assert.Equal(expected, Spoken.Yield(text));

    [GeneratedRegex("`([^`\n]+)` → `([^`\n]+)`")]
    private static partial Regex Example();

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Orleans.Agents.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
