using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Benchmarks;

/// <summary>The rules: what deciding a step costs, finding its work, and folding a history.</summary>
public class RunBenchmarks
{
    private const int Events = 1_000;

    private readonly Sample sample = new();
    private readonly ImmutableArray<RunEvent> history;

    public RunBenchmarks() => history = sample.History(steps: Events / 3);

    [Benchmark]
    public Decision Decide() => Run.Decide(sample.Workflow, sample.Begun, sample.Report, Sample.Now);

    [Benchmark]
    public ImmutableArray<RunWork> Outstanding() => Run.Outstanding(sample.Workflow, sample.Begun);

    [Benchmark]
    public RunState Evolve() => Run.Evolve(sample.Begun, sample.Step.Events, Sample.Now);

    [Benchmark(OperationsPerInvoke = Events)]
    public RunState Evolve_each_of_a_thousand() => Run.Evolve(RunState.Initial, history, Sample.Now);
}
