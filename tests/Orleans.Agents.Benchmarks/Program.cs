using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

// The parts of a step, one by one; 'agents bench' measures the whole. In Release, on an idle machine:
//   dotnet run -c Release --project tests/Orleans.Agents.Benchmarks -- --filter '*Decision*'
// In this process, because the projects BenchmarkDotNet would make are not of this house's form.
var config = DefaultConfig.Instance
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
    .AddDiagnoser(MemoryDiagnoser.Default);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
