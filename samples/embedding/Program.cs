using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Agents.Hosting;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

var builder = Host.CreateEmptyApplicationBuilder(null);
builder.Services.AddAgents()
    .UseSqlite("greetings.db")
    .AddDefinitions(Path.Combine(AppContext.BaseDirectory, "greeting.yaml"));
using var app = builder.Build();
await app.StartAsync();
var engine = app.Services.GetRequiredService<AgentsEngine>();
var run = new StartRequest("greeting", Payload.Parse("""{ "name": "Ada" }"""), Key: "greeting-of-ada");
var started = (StartResult.Started)await engine.StartRunAsync(run);
Console.WriteLine((await engine.WaitForEndAsync(started.Run)).Output);
await app.StopAsync();
