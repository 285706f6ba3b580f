using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Server;

// A node of a cluster with its gateway. What it is told: README.md.
var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.Configuration.AddServerConfiguration(args);
builder.Logging
    .AddFilter("Orleans", LogLevel.Warning).AddFilter("Polly", LogLevel.Warning)
    .AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
    .AddFilter("Orleans.Agents", LogLevel.Information)
    .AddConfiguration(builder.Configuration.GetSection("Logging"))
    .AddConsole();
builder.AddServerTelemetry();
builder.AddServerGateway();
builder.AddServerNode();
await using var application = builder.Build();
application.MapAgents();
await application.RunAsync();
