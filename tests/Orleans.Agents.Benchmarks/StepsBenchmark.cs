using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Agents.Definitions;
using Orleans.Agents.Faults;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;
using Orleans.Agents.Storage.Sqlite;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Benchmarks;

/// <summary>
/// Runs of ten sequential steps, each a registered tool through a lane that starts after the result before it is durable:
/// how many steps a second, and how long a run takes that is alone.
/// </summary>
internal static class StepsBenchmark
{
    private const int StepsPerRun = 10;

    public static async Task RunAsync(int steps)
    {
        Console.WriteLine("store    runs at once   steps/s   ms per run alone (p50)   CPU s per 1,000 steps");
        foreach (var concurrency in new[] { 1, 64, 1_000 })
        {
            await MeasureAsync("memory", new MemoryStore(), concurrency, steps);
        }

        foreach (var concurrency in new[] { 1, 64, 1_000 })
        {
            var folder = Directory.CreateTempSubdirectory("agents-bench-").FullName;
            await MeasureAsync(
                "sqlite", new SqliteStore(new SqliteStoreOptions { Path = Path.Combine(folder, "bench.db") }), concurrency, steps);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(string name, IStore store, int concurrency, int steps)
    {
        var tools = new ToolRegistry().Add(new Tool(
            "bench.step", "One step.", Payload.Parse("true"), null, ToolEffect.Idempotent, [],
            (call, _) => ValueTask.FromResult<ToolResult>(new ToolResult.Succeeded(call.Input))));
        var models = new ModelRegistry();
        await using var engine = new AgentsEngine(
            store,
            models,
            tools,
            new EngineOptions(),
            TimeProvider.System,
            FaultPlan.None,
            NullLogger<AgentsEngine>.Instance);
        await engine.StartAsync();
        var loaded = DefinitionLoader.LoadTexts(
            [new DefinitionText("bench.yaml", Workflow())], new DefinitionHost(tools.All, [.. models.Names]), LoadOptions.Lenient);
        await engine.PublishAsync(loaded.Definitions["bench"]);

        await RunManyAsync(engine, concurrency, Math.Min(steps, 2_000)); // the first runs are compiled, not measured
        var cpu = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        var took = await RunManyAsync(engine, concurrency, steps);
        var seconds = clock.Elapsed.TotalSeconds;
        var used = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        took.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-8} {concurrency,12:N0} {took.Count * StepsPerRun / seconds,9:N0} {(concurrency == 1 ? took[took.Count / 2].ToString("N2", CultureInfo.InvariantCulture) : "-"),24} {used * 1_000 / (took.Count * StepsPerRun),23:N3}"));
    }

    private static async Task<List<double>> RunManyAsync(AgentsEngine engine, int concurrency, int steps)
    {
        var left = steps / StepsPerRun;
        var took = new List<double>();
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var clock = Stopwatch.GetTimestamp();
                var started = (StartResult.Started)await engine.StartRunAsync(new StartRequest("bench", Payload.Parse("""{"n":1}""")));
                var state = await engine.WaitForEndAsync(started.Run);
                if (state.Status != RunStatus.Succeeded)
                {
                    throw new InvalidOperationException($"Run {started.Run} failed: {state.Failure}");
                }

                lock (took)
                {
                    took.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
                }
            }
        })));
        return took;
    }

    private static string Workflow()
    {
        var text = new StringBuilder("""
            apiVersion: orleans.agents/v1
            kind: Workflow
            metadata: { name: bench }
            spec:
              context: { n: 0 }
              start: s1
              states:
            """).AppendLine();
        for (var i = 1; i <= StepsPerRun; i++)
        {
            var next = i == StepsPerRun ? "done" : $"s{i + 1}";
            text.AppendLine(CultureInfo.InvariantCulture, $$$"""    s{{{i}}}: { tool: bench.step, input: { n: "${{ context.n + 1 }}" }, save: { n: "${{ output.n }}" }, next: {{{next}}} }""");
        }

        return text.AppendLine("""    done: { end: "${{ context.n }}" }""").ToString();
    }
}
