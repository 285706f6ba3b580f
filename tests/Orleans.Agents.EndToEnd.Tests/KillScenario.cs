using System.Text.Json;
using Orleans.Agents.EndToEnd.Tests.Checking;
using Orleans.Agents.Faults;

namespace Orleans.Agents.EndToEnd.Tests;

/// <summary>
/// One workflow on one input that is killed and carried on. Each life is a process of the shipped binary on the same SQLite
/// file; an independent reader then judges what the files say.
/// </summary>
internal sealed class KillScenario : IDisposable
{
    private const string Run = "run-killed";

    private readonly string folder = Directory.CreateTempSubdirectory("agents-kill-").FullName;
    private readonly string[] arguments;

    /// <param name="workflow">The definition's folder.</param>
    /// <param name="input">The run's input.</param>
    public KillScenario(string workflow, string input)
        : this([workflow, "--workflow", Path.GetFileName(workflow), "--input", input])
    {
    }

    private KillScenario(string[] what) =>
        arguments = ["run", .. what, "--id", Run, "--store", Store, "--json", "--quiet"];

    /// <summary>A machine of another runtime, with answers for its agents.</summary>
    public static KillScenario OfMachine(string machine, string answers, string input) =>
        new([machine, "--answers", answers, "--input", input]);

    private string Store => Path.Combine(folder, "agents.db");

    private string Record => Path.Combine(folder, "effects.txt");

    /// <summary>Starts the run, or carries it on, until it ends or the process is killed.</summary>
    public Task<ProcessEnd> LiveAsync(string? kill = null) => kill is null
        ? AgentsProcess.RunAsync(arguments, (FaultPlan.RecordVariable, Record))
        : AgentsProcess.RunAsync(arguments, (FaultPlan.RecordVariable, Record), (FaultPlan.KillVariable, kill));

    /// <summary>The run and those it started, by name.</summary>
    public async Task<IReadOnlyList<string>> RunsAsync() =>
        await ReadAsync() is { } contents ? [.. contents.Runs.Select(r => r.Run).Order(StringComparer.Ordinal)] : [];

    /// <summary>The attempts whose result is in the journal.</summary>
    public async Task<HashSet<string>> RecordedAsync()
    {
        HashSet<string> recorded = [];
        foreach (var append in (await ReadAsync())?.Appends ?? [])
        {
            using var json = JsonDocument.Parse(append.Events);

            // What is large was taken out of some; no result's own fields are.
            var events = json.RootElement.ValueKind == JsonValueKind.Array ? json.RootElement : json.RootElement.GetProperty("value");
            recorded.UnionWith(events.EnumerateArray()
                .Where(e => e.GetProperty("type").GetString() is "activity.succeeded" or "activity.failed")
                .Select(e => $"{append.Run}/{e.GetProperty("visit")}/{e.GetProperty("branch")} {e.GetProperty("attempt")}"));
        }

        return recorded;
    }

    // Null when the process died before there was a store.
    private async Task<StoreContents?> ReadAsync() =>
        File.Exists(Store) && await SqliteContents.CountAsync(Store, "select count(*) from sqlite_master where name = 'appends'") > 0
            ? await SqliteContents.ReadAsync(Store)
            : null;

    /// <summary>The books of the run and of all that it started, as a tree; null when the process died before there was a run.</summary>
    public async Task<JsonElement?> BooksAsync()
    {
        var tree = await AgentsProcess.RunAsync(["runs", "tree", Run, "--store", Store, "--json"]);
        return tree.ExitCode == 0 ? JsonElement.Parse(tree.Output) : null;
    }

    /// <summary>The attempts that had their effect so far, in order, one for each time.</summary>
    public IReadOnlyList<string> Effects() => File.Exists(Record)
        ? [.. File.ReadAllLines(Record).Select(l => l[..l.LastIndexOf(' ')])]
        : [];

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
