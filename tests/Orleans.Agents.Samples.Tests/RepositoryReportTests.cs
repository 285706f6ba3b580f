using System.Text.Json;
using Orleans.Agents.Definitions;
using Orleans.Agents.Failures;

namespace Orleans.Agents.Samples.Tests;

/// <summary>The report says what is there: held against find, wc and grep.</summary>
public sealed class RepositoryReportTests
{
    [Fact]
    public void The_sample_loads_without_a_warning() =>
        Assert.Empty(Report.Load(new LoadOptions(Strict: true)).Diagnostics);

    [Theory]
    [InlineData(null)]
    [InlineData("Which tests are there, and what is left open?")]
    [InlineData("Where is the harbour mentioned?")]
    public async Task Every_number_of_a_generated_folder_is_what_find_wc_and_grep_say(string? request)
    {
        using var folder = AwkwardFolder.Make();

        var report = await Report.OfAsync(folder.Path, request);

        await new Truth(folder.Path, report).AgreesAsync();
    }

    [Fact]
    public async Task Every_number_of_our_own_source_is_what_find_wc_and_grep_say()
    {
        var folder = Path.Combine(Repository.Root, "src");

        var report = await Report.OfAsync(folder, "What is in this repository?");

        await new Truth(folder, report).AgreesAsync();
        Assert.Equal("C#", report.GetProperty("languages")[0].GetProperty("language").GetString());
    }

    [Fact]
    public async Task Nothing_need_be_excluded()
    {
        using var folder = AwkwardFolder.Make();

        var report = await Report.OfAsync(folder.Path, exclude: []);

        await new Truth(folder.Path, report).AgreesAsync();
        Assert.Contains(
            report.GetProperty("top_level").EnumerateArray(), e => e.GetProperty("path").GetString() == "node_modules");
    }

    [Fact]
    public async Task An_empty_folder_has_a_report_of_zeros_and_gaps()
    {
        using var folder = new ScratchFolder();

        var report = await Report.OfAsync(folder.Path);

        await new Truth(folder.Path, report).AgreesAsync();
        Assert.Equal(0, report.GetProperty("totals").GetProperty("files").GetInt32());
        Assert.Equal(2, report.GetProperty("review").GetProperty("cycles").GetInt32());
        Assert.False(report.GetProperty("review").GetProperty("approved").GetBoolean());
        Assert.Equal(
            report.GetProperty("tasks").GetArrayLength(),
            report.GetProperty("review").GetProperty("gaps").GetArrayLength());
    }

    [Fact]
    public async Task A_folder_with_one_file_has_a_report()
    {
        using var folder = new ScratchFolder().Add("only.py", "print('no line end')");

        var report = await Report.OfAsync(folder.Path);

        await new Truth(folder.Path, report).AgreesAsync();
        Assert.Equal(1, report.GetProperty("totals").GetProperty("files").GetInt32());
        Assert.Equal(0, report.GetProperty("totals").GetProperty("lines").GetInt32());
    }

    [Fact]
    public async Task Five_thousand_files_are_counted_to_the_last_one()
    {
        using var folder = new ScratchFolder();
        for (var i = 0; i < 5_000; i++)
        {
            folder.Add($"part{i % 50}/module{i}.go", $"package part{i % 50}\n\nfunc F{i}() int {{ return {i} }}\n");
        }

        var report = await Report.OfAsync(folder.Path);

        await new Truth(folder.Path, report).AgreesAsync();
        Assert.Equal(5_000, report.GetProperty("totals").GetProperty("files").GetInt32());
    }

    [Fact]
    public async Task The_words_of_the_request_choose_the_tasks()
    {
        using var folder = AwkwardFolder.Make();

        var overview = await Report.OfAsync(folder.Path, "What is in this repository?");
        var particular = await Report.OfAsync(folder.Path, "Which libraries does it need, and where is a harbour?");

        Assert.Equal(
            ["structure", "entry_points", "dependencies", "tests", "markers", "documentation", "hotspots"],
            TasksOf(overview));
        Assert.Equal(["dependencies", "terms"], TasksOf(particular).Order());
    }

    [Fact]
    public async Task The_languages_of_the_folder_choose_the_patterns()
    {
        using var go = new ScratchFolder().Add("main.go", "package main\n\nfunc main() {}\n");
        using var rust = new ScratchFolder().Add("main.rs", "mod parts;\n\nfn main() {}\n");

        var ofGo = (await Report.OfAsync(go.Path, "Where does it start?")).GetProperty("tasks")[0];
        var ofRust = (await Report.OfAsync(rust.Path, "Where does it start?")).GetProperty("tasks")[0];

        Assert.NotEqual(
            ofGo.GetProperty("searched").GetProperty("pattern").GetString(),
            ofRust.GetProperty("searched").GetProperty("pattern").GetString());
        Assert.Equal("main.go", ofGo.GetProperty("findings")[0].GetProperty("file").GetString());
        Assert.Equal("main.rs", ofRust.GetProperty("findings")[0].GetProperty("file").GetString());
    }

    [Fact]
    public async Task A_task_without_findings_is_done_once_more_and_more_widely()
    {
        // No whole word of the request is there, but a part of a word is.
        using var folder = new ScratchFolder().Add("notes.txt", "harbourmaster\n").Add("README.md", "# Notes\n");

        var report = await Report.OfAsync(folder.Path, "Where is the harbour?");

        var task = Assert.Single(report.GetProperty("tasks").EnumerateArray());
        Assert.Equal(2, task.GetProperty("cycle").GetInt32());
        Assert.Equal("notes.txt", task.GetProperty("findings")[0].GetProperty("file").GetString());
        Assert.True(report.GetProperty("review").GetProperty("approved").GetBoolean());
        Assert.Equal(2, report.GetProperty("review").GetProperty("cycles").GetInt32());
    }

    [Fact]
    public async Task A_folder_that_is_not_there_fails_with_its_name()
    {
        var ended = await Report.RunAsync("no/such/folder");

        Assert.Equal("files.not_found", ended.Failure!.Code);
        Assert.Contains("no/such/folder", ended.Failure.Message, StringComparison.Ordinal);
        Assert.Equal("gather_context", ended.Failure.Origin!.State);
    }

    [Fact]
    public async Task A_file_is_no_folder()
    {
        using var folder = new ScratchFolder().Add("only.py", "");

        var ended = await Report.RunAsync(Path.Combine(folder.Path, "only.py"));

        Assert.Equal(FailureClass.Permanent, ended.Failure!.Class);
        Assert.Equal("files.not_a_folder", ended.Failure.Code);
    }

    private static IEnumerable<string?> TasksOf(JsonElement report) =>
        report.GetProperty("tasks").EnumerateArray().Where(t => t.GetProperty("cycle").GetInt32() == 1)
            .Concat(report.GetProperty("tasks").EnumerateArray().Where(t => t.GetProperty("cycle").GetInt32() > 1))
            .Select(t => t.GetProperty("task").GetString());
}
