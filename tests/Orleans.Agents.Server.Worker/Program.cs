using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Agents.EndToEnd.Worker;
using Orleans.Agents.Hosting;
using Orleans.Agents.Server;

// A node of a cluster as it ships, with the tools of the fault tests: it starts the runs it is asked to start on its standard
// input, and is told to stop by its end or by SIGTERM. Ports, lanes and profile come as variables.
//
//   worker postgres:<connection string> <folder for the records of effects>
var (store, records) = (args[0], args[1]);
var builder = Host.CreateEmptyApplicationBuilder(null);
builder.Configuration.AddServerConfiguration(
[
    $"--postgres={store["postgres:".Length..]}",
    $"--definitions={Path.Combine(AppContext.BaseDirectory, "Workflows")}",
    "--address=127.0.0.1",
]);
builder.Logging.SetMinimumLevel(LogLevel.Information).AddFilter("Orleans.Runtime", LogLevel.Error)
    .AddProvider(new ErrorStreamLogs());
builder.AddServerNode(agents =>
{
    foreach (var tool in new WorkTools(records, isCareless: false).All)
    {
        agents.AddTool(tool);
    }
});
var app = builder.Build();
await app.StartAsync();
var stopped = app.WaitForShutdownAsync();
var desk = new StartDesk(app.Services.GetRequiredService<IAgents>());
if (await Task.WhenAny(Task.Run(desk.ServeAsync), stopped) != stopped) // reading the standard input holds up a thread
{
    app.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
}

await stopped;
app.Dispose();
