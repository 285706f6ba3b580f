using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Server;

// A node of a cluster. What it is told: README.md. The gateway is added here, between the node and its start.
var builder = Host.CreateEmptyApplicationBuilder(null);
builder.Configuration.AddServerConfiguration(args);
builder.Logging
    .AddFilter("Orleans", LogLevel.Warning).AddFilter("Polly", LogLevel.Warning)
    .AddFilter("Orleans.Agents", LogLevel.Information)
    .AddConfiguration(builder.Configuration.GetSection("Logging"))
    .AddConsole();
builder.AddServerNode();
using var application = builder.Build();
await application.RunAsync();
