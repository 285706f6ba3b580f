using Orleans.Agents.Benchmarks;

// Figures for docs/reference/performance.md: run it on an idle machine, in Release, on the disk that matters.
switch (args)
{
    case ["append"]:
        await AppendBenchmark.RunAsync(seconds: 3);
        return 0;
    case ["append", var seconds] when int.TryParse(seconds, out var parsed):
        await AppendBenchmark.RunAsync(parsed);
        return 0;
    case ["steps"]:
        await StepsBenchmark.RunAsync(steps: 100_000);
        return 0;
    case ["steps", var steps] when int.TryParse(steps, out var wanted):
        await StepsBenchmark.RunAsync(wanted);
        return 0;
    default:
        await Console.Error.WriteLineAsync("usage: append [seconds per figure] | steps [steps per figure]");
        return 2;
}
