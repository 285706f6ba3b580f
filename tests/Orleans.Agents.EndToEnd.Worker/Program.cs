using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Agents.EndToEnd.Worker;
using Orleans.Agents.Faults;
using Orleans.Agents.Hosting;

// One process of a fleet that shares a store: it carries every run nobody else carries, starts the runs it is asked to
// start on its standard input, and comes to rest when that is closed.
//
//   worker <store> <folder for the records of effects>
var (store, records) = (args[0], args[1]);
var isCareless = Environment.GetEnvironmentVariable("WORKER_CALLS_TWICE") == "1";
var carriesAll = Environment.GetEnvironmentVariable("WORKER_CARRIES_ITS_OWN") != "1"; // what it was asked to start
var faults = FaultPlan.FromEnvironment();
var builder = Host.CreateEmptyApplicationBuilder(null);
builder.Logging.SetMinimumLevel(LogLevel.Information).AddProvider(new ErrorStreamLogs());
builder.Services.AddSingleton(faults).AddSingleton(faults.Clock);
var agents = builder.Services
    .AddAgents(engine => (engine.Lanes, engine.ParkAfter, engine.CarriesAllRuns) = (512, TimeSpan.FromSeconds(2), carriesAll))
    .AddDefinitions(Path.Combine(AppContext.BaseDirectory, "Workflows"));
foreach (var tool in new WorkTools(records, isCareless).All)
{
    agents.AddTool(tool);
}

StoreChoice.Use(agents, store, faults);
using var app = builder.Build();
await app.StartAsync();
await new StartDesk(app.Services.GetRequiredService<IAgents>()).ServeAsync();
await app.StopAsync();
