using System.Text.RegularExpressions;

namespace Orleans.Agents.Simulation.Tests;

public sealed partial class InvariantTests
{
    [Fact]
    public void The_page_about_invariants_names_those_that_are_checked() => Assert.Equal(
        Invariant.All.Order(StringComparer.Ordinal),
        Name().Matches(Page()).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));

    private static string Page()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orleans.Agents.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
        }

        return File.ReadAllText(Path.Combine(folder.FullName, "docs", "internals", "invariants.md"));
    }

    [GeneratedRegex("^\\| `([a-z-]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Name();
}
