namespace Orleans.Agents.Samples.Tests;

/// <summary>What the documents tell people to type works, in the order they tell it.</summary>
public sealed class PageTests
{
    public static TheoryData<string> Pages() =>
    [
        "README.md", "docs/start.md", "samples/repository-report/README.md", "samples/embedding/README.md", "samples/approval/README.md",
        "samples/flatmachine/README.md",
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Every_command_of_a_page_ends_as_the_page_says(string path)
    {
        using var clone = new ScratchFolder();
        CopyDocuments("docs", clone);
        CopyDocuments("samples", clone);
        var page = Page.Read(path);
        foreach (var file in page.Files)
        {
            clone.Add(file.Path, file.Text);
        }

        foreach (var command in page.Commands.Where(c => !c.IsSetUp))
        {
            Assert.True(command.CanBeRun, $"{path}: nothing here can run '{command.Line}'");
            var ended = await Command.RunAsync(clone.Path, "bash", "-c", $"{Prologue}\n{command.Line}\n");
            Assert.True(
                ended.ExitCode == command.ExitCode,
                $"{path}: '{command.Line}' ended with {ended.ExitCode}, not {command.ExitCode}\n{ended}");
        }
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/start.md")]
    [InlineData("samples/approval/README.md")]
    [InlineData("samples/flatmachine/README.md")]
    public void A_page_that_is_run_has_commands(string path) =>
        Assert.Contains(Page.Read(path).Commands, c => c.CanBeRun);

    // A process that kills itself is told by the shell with 128 and the signal; what a pipe begins with counts too.
    private static string Prologue =>
        $"set -o pipefail\nagents() {{ dotnet '{Command.Agents}' \"$@\"; }}";

    private static void CopyDocuments(string folder, ScratchFolder clone)
    {
        var from = Path.Combine(Repository.Root, folder);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            clone.Add(Path.GetRelativePath(Repository.Root, file), File.ReadAllBytes(file));
        }
    }
}
