using Microsoft.Extensions.Configuration;
using Orleans.Agents.Server.Bench;
using Orleans.Agents.Server.Bench.Workloads;

// What a cluster can do on this machine, as JSON lines on standard output; 'agents bench' measures one engine by itself.
// In Release, on a machine that has nothing else to do, with PostgreSQL's programs on it:
//   dotnet run -c Release --project tests/Orleans.Agents.Server.Bench -- --workload all
var options = new BenchOptions();
new ConfigurationBuilder().AddCommandLine(args).Build().Bind(options);
var workloads = new (string Name, Func<BenchOptions, Task> MeasureAsync)[]
{
    ("load", LoadWorkload.MeasureAsync),
    ("latency", LatencyWorkload.MeasureAsync),
    ("parked", ParkedWorkload.MeasureAsync),
    ("cold-start", ColdStartWorkload.MeasureAsync),
    ("takeover", TakeoverWorkload.MeasureAsync),
    ("follow", FollowWorkload.MeasureAsync),
    ("crowd", CrowdWorkload.MeasureAsync),
};
var asked = workloads.Where(workload => options.Workload == "all" || options.Workload == workload.Name).ToList();
if (asked.Count == 0)
{
    await Console.Error.WriteLineAsync($"--workload is one of: all, {string.Join(", ", workloads.Select(workload => workload.Name))}");
    return 2;
}

foreach (var (name, measureAsync) in asked)
{
    await Console.Error.WriteLineAsync($"measuring: {name}");
    await measureAsync(options);
}

return 0;
