using System.Diagnostics;
using System.Text.Json;

namespace Orleans.Agents.Samples.Tests;

/// <summary>The sample with people in it, asked by the command in one process and answered by it in another.</summary>
public sealed class ApprovalTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ScratchFolder folder = new();

    [Fact]
    public async Task A_run_that_waits_at_one_terminal_goes_on_when_somebody_approves_at_another()
    {
        using var waiting = Start("""{"item":"desk","price":900}""", "desk");
        var told = await UntilTellsAsync(waiting, "waits for signal approval");
        Assert.Contains("agents runs signal desk approval --payload", told, StringComparison.Ordinal);

        var shown = (await AgentsAsync("runs", "show", "desk")).GetProperty("waits_for")[0];
        Assert.Equal("approval", shown.GetProperty("signal").GetString());
        Assert.Equal(
            TimeSpan.FromHours(24), shown.GetProperty("until").GetDateTimeOffset() - shown.GetProperty("since").GetDateTimeOffset());
        await AgentsAsync("runs", "signal", "desk", "approval", "--payload", """{"approved":true,"by":"Ada"}""");

        Assert.Equal(
            """{"answers":{"manager":{"approved":true,"by":"Ada"}},"order":"One desk at 900, please."}""",
            await EndOfAsync(waiting, 0));
    }

    [Fact]
    public async Task Two_people_answer_in_any_order_each_by_the_name_of_their_run()
    {
        using var waiting = Start("""{"item":"house","price":250000}""", "house");
        await UntilTellsAsync(waiting, "waits for signal approval");
        await UntilTellsAsync(waiting, "waits for signal approval");

        var waits = (await AgentsAsync("runs", "show", "house")).GetProperty("waits_for").EnumerateArray()
            .Select(w => w.GetProperty("run").GetString()!).ToList();
        Assert.Equal(2, waits.Distinct().Count());
        foreach (var (run, who) in waits.Order(StringComparer.Ordinal).Zip(["Fay", "Leo"]).Reverse())
        {
            await AgentsAsync("runs", "signal", run, "approval", "--payload", $$"""{"approved":true,"by":"{{who}}"}""");
        }

        var output = JsonElement.Parse(await EndOfAsync(waiting, 0)).GetProperty("answers");
        Assert.Equal("Fay", output.GetProperty("finance").GetProperty("by").GetString());
        Assert.Equal("Leo", output.GetProperty("legal").GetProperty("by").GetString());
    }

    [Fact]
    public async Task What_costs_little_asks_nobody()
    {
        using var waiting = Start("""{"item":"pencil","price":2}""", "pencil");

        Assert.Equal("""{"answers":null,"order":"One pencil at 2, please."}""", await EndOfAsync(waiting, 0));
    }

    public void Dispose() => folder.Dispose();

    private Process Start(string input, string id)
    {
        var sample = Path.Combine(Repository.Root, "samples", "approval");
        string[] arguments = [Command.Agents, "run", sample, "--workflow", "purchase", "--id", id, "--input", input];
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["AGENTS_STORE"] = Path.Combine(folder.Path, ".agents-test", "agents.db");
        return Process.Start(start)!;
    }

    private async Task<JsonElement> AgentsAsync(params string[] arguments)
    {
        var ended = await Command.RunAsync(folder.Path, "dotnet", [Command.Agents, .. arguments]);
        Assert.True(ended.ExitCode == 0, ended.ToString());
        return JsonElement.Parse(ended.Output);
    }

    private static async Task<string> UntilTellsAsync(Process process, string text)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (await process.StandardError.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"The program ended without telling '{text}'.");
    }

    private static async Task<string> EndOfAsync(Process process, int exitCode)
    {
        using var limit = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == exitCode, $"{process.ExitCode}: {await errors}");
        return (await output).TrimEnd('\n');
    }
}
