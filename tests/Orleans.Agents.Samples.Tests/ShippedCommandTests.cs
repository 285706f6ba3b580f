using System.Text.Json;

namespace Orleans.Agents.Samples.Tests;

/// <summary>The samples as people start them: built programs, started as processes.</summary>
public sealed class ShippedCommandTests
{
    [Fact]
    public async Task The_command_prints_the_report_and_nothing_else()
    {
        using var folder = AwkwardFolder.Make();
        using var elsewhere = new ScratchFolder();

        var ended = await Command.RunAsync(
            elsewhere.Path,
            "dotnet",
            Command.Agents,
            "run",
            Report.Folder,
            "--set",
            $"path={folder.Path}",
            "--set",
            "request=What is here?");

        Assert.Equal((0, ""), (ended.ExitCode, ended.ExitCode == 0 ? "" : ended.Errors));
        await new Truth(folder.Path, JsonElement.Parse(ended.Output)).AgreesAsync();
    }

    [Fact]
    public async Task The_command_reports_on_a_folder_nobody_prepared()
    {
        using var elsewhere = new ScratchFolder();
        var folder = AppContext.BaseDirectory;

        var ended = await Command.RunAsync(
            elsewhere.Path, "dotnet", Command.Agents, "run", Report.Folder, "--set", $"path={folder}");

        Assert.Equal(0, ended.ExitCode);
        await new Truth(folder, JsonElement.Parse(ended.Output)).AgreesAsync();
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_exit_code_1_and_one_object()
    {
        using var elsewhere = new ScratchFolder();

        var ended = await Command.RunAsync(
            elsewhere.Path, "dotnet", Command.Agents, "run", Report.Folder, "--set", "path=no/such/folder");

        Assert.Equal(1, ended.ExitCode);
        var failure = JsonElement.Parse(ended.Output).GetProperty("failure");
        Assert.Equal("files.not_found", failure.GetProperty("code").GetString());
        Assert.Contains("no/such/folder", ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_application_of_ten_lines_prints_its_greeting_every_time()
    {
        using var elsewhere = new ScratchFolder();
        var application = Command.Built("Orleans.Agents.Embedding", "Orleans.Agents.Embedding.dll");

        var first = await Command.RunAsync(elsewhere.Path, "dotnet", application);
        var second = await Command.RunAsync(elsewhere.Path, "dotnet", application);

        Assert.Equal((0, "", "{\"greeting\":\"Welcome, Ada.\"}\n"), (first.ExitCode, first.Errors, first.Output));
        Assert.Equal(first, second);
        Assert.True(File.Exists(Path.Combine(elsewhere.Path, "greetings.db")));
    }

    [Fact]
    public void The_application_of_ten_lines_fits_on_a_screen() => Assert.InRange(
        Repository.Read("samples/embedding/Program.cs").Split('\n').Count(l => l.Length > 0),
        1,
        20);
}
