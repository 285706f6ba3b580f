using System.Text.Json;
using Orleans.Agents.Faults;

namespace Orleans.Agents.EndToEnd.Tests;

/// <summary>A run that is the end of every process that carries it.</summary>
public sealed class CrashLoopTests : IDisposable
{
    private const string Reading = """
        apiVersion: orleans.agents/v1
        kind: Policy
        metadata: { name: here }
        spec:
          files: { read: ["."] }
        ---
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: reading }
        spec:
          start: look
          states:
            look: { tool: files.read, input: { root: ".", path: a.txt }, save: { text: "${{ output.text }}" }, next: done }
            done: { end: "${{ context.text }}" }
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("agents-loop-").FullName;

    [Fact]
    public async Task Five_processes_die_of_it_and_the_sixth_says_so_until_somebody_resumes_it()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "a.txt"), "read me");
        await File.WriteAllTextAsync(Path.Combine(folder, "w.yaml"), Reading.Replace("\".\"", JsonSerializer.Serialize(folder), StringComparison.Ordinal));
        var effects = Path.Combine(folder, "effects.txt");
        for (var life = 1; life <= 5; life++)
        {
            var dead = await LiveAsync(effects);
            Assert.True(dead.ExitCode == ProcessEnd.Killed, $"life {life} ended with {dead.ExitCode}: {dead.Error}");
        }

        var sixth = await LiveAsync(effects);

        Assert.True(sixth.ExitCode == 3, sixth.Error);
        Assert.Equal("run.crash_loop", JsonDocument.Parse(sixth.Output).RootElement.GetProperty("failure").GetProperty("code").GetString());
        Assert.Contains("agents runs resume deadly", sixth.Error, StringComparison.Ordinal);
        Assert.Equal(5, (await File.ReadAllLinesAsync(effects)).Length);
        var shown = JsonDocument.Parse((await AgentsProcess.RunAsync(["runs", "show", "deadly", "--store", Store])).Output).RootElement;
        Assert.Equal(("suspended", "run.crash_loop"), (
            shown.GetProperty("status").GetString(), shown.GetProperty("suspended").GetProperty("code").GetString()));

        var resumed = await AgentsProcess.RunAsync(["runs", "resume", "deadly", "--store", Store]);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Equal("\"read me\"", resumed.Output.Trim());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string Store => Path.Combine(folder, "agents.db");

    private Task<ProcessEnd> LiveAsync(string effects) => AgentsProcess.RunAsync(
        ["run", Path.Combine(folder, "w.yaml"), "--id", "deadly", "--store", Store],
        (FaultPlan.KillVariable, "after_effect:1"),
        (FaultPlan.RecordVariable, effects));
}
