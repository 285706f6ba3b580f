using System.Collections.Concurrent;
using System.CommandLine;
using Orleans.Agents.Cli.Bench.Databases;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli.Bench.Workers;

/// <summary>
/// <c>agents bench worker</c>, which no help shows: what the bench has done by another process, so that it can be killed or
/// watched. It says on its output how far it is.
/// </summary>
internal sealed class BenchWorker
{
    /// <summary>Starts runs and sees them to their end, or until the input ends.</summary>
    public const string Start = "start";

    /// <summary>Takes over runs whose process is gone and sees them to their end.</summary>
    public const string TakeOver = "take-over";

    /// <summary>Takes over whatever runs need it, until the input ends.</summary>
    public const string StandBy = "stand-by";

    /// <summary>Writes the rows of the second half of runs without an engine.</summary>
    public const string Floor = "floor";

    /// <summary>Runs an engine that has nothing to do, until the input ends.</summary>
    public const string Idle = "idle";

    /// <summary>What is said when all is ready.</summary>
    public const string Ready = "ready";

    /// <summary>What is said when all is done.</summary>
    public const string Done = "done";

    private readonly Streams streams;
    private readonly Argument<string> job = new Argument<string>("job").AcceptOnlyFromAmong(Start, TakeOver, StandBy, Floor, Idle);
    private readonly Option<string> store = BenchOptions.StoreOption();
    private readonly Option<long?> runs = Numbers.Option("--runs", "How many runs.", 1, 1_000_000);
    private readonly Option<long?> lanes = Numbers.Option("--lanes", "How many lanes.", 1, 10_000);
    private readonly Option<string> effects = new("--effects") { Description = "The file to mark effects in." };

    private BenchWorker(Streams streams) => this.streams = streams;

    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var worker = new BenchWorker(streams);
        var verb = new Verb("worker", "Works for the bench.", "The bench starts it; nobody else needs to.")
        {
            worker.job, worker.store, worker.runs, worker.lanes, worker.effects,
        };
        verb.Hidden = true;
        verb.SetAction((parsed, _) => worker.RunAsync(parsed));
        return verb;
    }

    /// <summary>The name of one of the runs that are started here.</summary>
    private static RunId NameOf(int number) => new($"w4-{number}");

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var place = Environment.GetEnvironmentVariable(BenchAddress.Variable)
            ?? throw CommandException.Usage($"{BenchAddress.Variable} does not name a database.");
        var database = new BenchAddress(parsed.GetValue(store) ?? BenchAddress.Sqlite, place).Attach();
        var count = (int)(parsed.GetValue(runs) ?? 1);
        var options = new EngineOptions { Lanes = (int)(parsed.GetValue(lanes) ?? 64) };
        using var marks = parsed.GetValue(effects) is { } file ? MarkFile.Open(file) : null;
        var workflow = BenchWorkflow.SleepingSequence(marks);
        await (parsed.GetValue(job) switch
        {
            Start => CarryAsync(database, workflow, options, count, isFirst: true),
            TakeOver => CarryAsync(database, workflow, options, count, isFirst: false),
            StandBy => AwaitAsync(database, workflow, options),
            Floor => WriteFloorAsync(database, count),
            _ => AwaitAsync(database, BenchWorkflow.Parked(), new EngineOptions()),
        });
        return ExitCode.Done;
    }

    private async Task CarryAsync(
        IBenchDatabase database, BenchWorkflow workflow, EngineOptions options, int count, bool isFirst)
    {
        var left = new ConcurrentDictionary<RunId, bool>(
            Enumerable.Range(0, count).Select(i => KeyValuePair.Create(NameOf(i), true)));
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var engine = await BenchEngine.StartAsync(database, workflow, options, streams);
        engine.Engine.Follow((run, append) =>
        {
            if (append.Events.Any(e => e is RunEvent.Succeeded or RunEvent.Failed))
            {
                Remove(run);
            }
        });
        if (isFirst)
        {
            await Task.WhenAll(left.Keys.Select(engine.StartRunAsync));
        }

        // Those that were over before anybody followed.
        await using (var connection = await database.ConnectAsync(CancellationToken.None))
        {
            var ended = await connection.TextsAsync(
                "select id from runs where status in ('succeeded', 'failed')", CancellationToken.None);
            ended.ForEach(run => Remove(new RunId(run)));
        }

        if (await Task.WhenAny(over.Task, InputEndsAsync()) == over.Task)
        {
            streams.WriteText($"{Done}\n");
        }

        void Remove(RunId run)
        {
            if (left.TryRemove(run, out _) && left.IsEmpty)
            {
                over.TrySetResult();
            }
        }
    }

    private async Task WriteFloorAsync(IBenchDatabase database, int count)
    {
        var steps = BenchWorkflow.SleepingSequence().StepsPerRun / 2;
        await database.MeasureFloorAsync(
            new FloorPlan(count, steps, TimeSpan.Zero, BenchWorkflow.StepTime), CancellationToken.None);
        streams.WriteText($"{Done}\n");
    }

    private async Task AwaitAsync(IBenchDatabase database, BenchWorkflow workflow, EngineOptions options)
    {
        await using var engine = await BenchEngine.StartAsync(database, workflow, options, streams);
        streams.WriteText($"{Ready}\n");
        await InputEndsAsync();
    }

    // The console's own asynchronous reading waits for what it reads, and the pool's threads are wanted by what is measured.
    private static Task<string> InputEndsAsync() => Task.Factory.StartNew(
        Console.In.ReadToEnd, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
