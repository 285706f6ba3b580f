using System.Collections.Immutable;

namespace Orleans.Agents.Cli.Bench.Workloads;

/// <summary>A workload of steps.</summary>
/// <param name="Name">What people type.</param>
/// <param name="Workflow">What its runs do.</param>
/// <param name="Concurrencies">How many runs at once are tried, the fewest first.</param>
/// <param name="Floor">The bare loop that many runs at once are compared with.</param>
/// <param name="FloorAlone">The bare loop that a run alone is compared with.</param>
internal sealed record StepsShape(
    string Name, BenchWorkflow Workflow, ImmutableArray<int> Concurrencies, StepsFloor Floor, StepsFloor FloorAlone)
{
    // As many as a store puts into one commit.
    private const int RowsPerCommit = 256;

    /// <summary>W1: runs of ten sequential steps.</summary>
    public static StepsShape Sequence()
    {
        var workflow = BenchWorkflow.Sequence();
        return new StepsShape(
            "w1",
            workflow,
            [1, 16, 64, 128, 256, 512, 1_000],
            new StepsFloor(RowsPerCommit, workflow.StepsPerRun, RunsPerRound: RowsPerCommit),
            new StepsFloor(RowsPerCommit: 1, workflow.StepsPerRun, RunsPerRound: 1));
    }

    /// <summary>W2: a run that fans out 100 steps; its floor writes a row for each of them, twice, in one commit each time.</summary>
    public static StepsShape FanOut() => FanOut("w2", BenchWorkflow.FanOut());

    /// <summary>W2 with child runs of one step each; the floor is the same, a row for the birth and one for the end.</summary>
    public static StepsShape Children() => FanOut("w2 children", BenchWorkflow.Children());

    private static StepsShape FanOut(string name, BenchWorkflow workflow)
    {
        var floor = new StepsFloor(workflow.StepsPerRun, CommitsPerRun: 1, RunsPerRound: 1);
        return new StepsShape(name, workflow, [1, 4, 16, 64], floor, floor);
    }
}

/// <summary>A bare loop to compare with.</summary>
/// <param name="RowsPerCommit">How many rows share a commit.</param>
/// <param name="CommitsPerRun">How many commits follow the first.</param>
/// <param name="RunsPerRound">How many runs of the workload all of that stands for.</param>
internal sealed record StepsFloor(int RowsPerCommit, int CommitsPerRun, int RunsPerRound);
