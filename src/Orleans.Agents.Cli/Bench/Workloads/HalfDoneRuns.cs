using Orleans.Agents.Cli.Bench.Databases;
using Orleans.Agents.Cli.Bench.Workers;

namespace Orleans.Agents.Cli.Bench.Workloads;

/// <summary>The runs of W4, ten steps of 20 ms each, in another process that has come half-way with them.</summary>
/// <param name="Kind">The kind of database.</param>
/// <param name="Runs">How many runs.</param>
/// <param name="Lanes">How many activities may be under way.</param>
/// <param name="Effects">The file in which each effect is marked.</param>
internal sealed record HalfDoneRuns(string Kind, int Runs, int Lanes, string Effects)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(2);

    /// <summary>How many effects there were so far.</summary>
    public int EffectsSoFar
    {
        get
        {
            using var stream = new FileStream(
                Effects, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var buffer = new byte[64 * 1024];
            var lines = 0;
            while (stream.Read(buffer) is > 0 and var count)
            {
                lines += buffer.AsSpan(0, count).Count((byte)'\n');
            }

            return lines;
        }
    }

    /// <summary>Starts a process that starts the runs, and waits until half of their steps are done.</summary>
    /// <exception cref="InvalidOperationException">It ended by itself.</exception>
    public async Task<BenchProcess> StartAsync(IBenchDatabase database, CancellationToken cancellation)
    {
        var half = Runs * BenchWorkflow.SleepingSequence().StepsPerRun / 2;
        var process = BenchProcess.Start(database.Address, JobOf(BenchWorker.Start));
        try
        {
            while (EffectsSoFar < half)
            {
                if (process.HasEnded)
                {
                    throw new InvalidOperationException("The process that was to be ended half-way ended by itself.");
                }

                await Task.Delay(LookAgain, cancellation);
            }

            return process;
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>A job over these runs for a <see cref="BenchWorker"/>.</summary>
    public string[] JobOf(string job) =>
    [
        job,
        "--store", Kind,
        "--runs", BenchProcess.Number(Runs),
        "--lanes", BenchProcess.Number(Lanes),
        "--effects", Effects,
    ];
}
