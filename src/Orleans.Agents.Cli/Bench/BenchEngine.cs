using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Cli.Bench.Databases;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Faults;
using Orleans.Agents.Hosting;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli.Bench;

/// <summary>The shipped engine over a database of the bench, and those who ask it for runs.</summary>
internal sealed class BenchEngine : IAsyncDisposable
{
    private readonly BenchWorkflow workflow;

    private BenchEngine(AgentsEngine engine, BenchWorkflow workflow)
    {
        Engine = engine;
        this.workflow = workflow;
    }

    /// <summary>The engine.</summary>
    public AgentsEngine Engine { get; }

    /// <summary>Starts an engine.</summary>
    [SuppressMessage(
        "Reliability", "CA2000:Dispose objects before losing scope", Justification = "The engine owns the store.")]
    public static async Task<BenchEngine> StartAsync(
        IBenchDatabase database, BenchWorkflow workflow, EngineOptions options, Streams streams)
    {
        var engine = new AgentsEngine(
            database.OpenStore(),
            new ModelRegistry(),
            workflow.Tools,
            options,
            TimeProvider.System,
            FaultPlan.None,
            new TerminalLogger(streams, LogLevel.Warning));
        var started = new BenchEngine(engine, workflow);
        try
        {
            await engine.StartAsync();
            await engine.PublishAsync(workflow.Definition);
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a run of this name; when it exists, that is as good.</summary>
    public Task<RunId> StartRunAsync(RunId name) =>
        StartRunAsync(new StartRequest(workflow.Name, BenchWorkflow.Input, Run: name));

    /// <summary>Keeps so many runs under way until the time is over, then waits for those to end.</summary>
    /// <returns>How long each run took from asking for it to hearing of its end, in milliseconds, shortest first.</returns>
    public async Task<IReadOnlyList<double>> CarryAsync(int runsAtOnce, TimeSpan time, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        var all = await Task.WhenAll(Enumerable.Range(0, runsAtOnce).Select(_ => AskAsync()));
        return [.. all.SelectMany(took => took).Order()];

        async Task<List<double>> AskAsync()
        {
            await Task.Yield();
            var took = new List<double>();
            do
            {
                took.Add(await CarryOneAsync(cancellation));
            }
            while (Stopwatch.GetElapsedTime(start) < time);

            return took;
        }
    }

    /// <summary>Stops the engine.</summary>
    public ValueTask DisposeAsync() => Engine.DisposeAsync();

    private async Task<double> CarryOneAsync(CancellationToken cancellation)
    {
        var begin = Stopwatch.GetTimestamp();
        var run = await StartRunAsync(new StartRequest(workflow.Name, BenchWorkflow.Input));
        var state = await Engine.WaitForEndAsync(run, cancellation);
        return state.Status == RunStatus.Succeeded
            ? Stopwatch.GetElapsedTime(begin).TotalMilliseconds
            : throw new InvalidOperationException($"Run {run} of the bench failed: {state.Failure}");
    }

    private async Task<RunId> StartRunAsync(StartRequest request)
    {
        var result = await Engine.StartRunAsync(request);
        return result is StartResult.Started started
            ? started.Run
            : throw new InvalidOperationException($"A run of the bench was refused: {result}");
    }
}
