using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Definitions;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Gateway.Tests;

/// <summary>An application with an engine and a gateway, at a port of its own or in memory.</summary>
internal sealed class House : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private House(WebApplication application, Gate gate, LogLines log)
    {
        (Application, Gate, Log) = (application, gate, log);
        var server = application.Services.GetRequiredService<IServer>();
        if (server is TestServer inMemory)
        {
            Client = inMemory.CreateClient();
        }
        else
        {
            Address = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.Single());
            Client = new HttpClient { BaseAddress = Address, Timeout = Patience };
        }
    }

    public WebApplication Application { get; }

    public Uri Address { get; } = new("http://localhost");

    public HttpClient Client { get; }

    public Gate Gate { get; }

    public LogLines Log { get; }

    public AgentsEngine Engine => Application.Services.GetRequiredService<AgentsEngine>();

    public static async Task<House> OpenAsync(
        Action<GatewayOptions>? configure = null,
        MemoryDatabase? database = null,
        bool isInMemory = false,
        Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        if (isInMemory)
        {
            builder.WebHost.UseTestServer();
        }
        else
        {
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.UseGatewayLimits()).UseUrls("http://127.0.0.1:0");
        }

        var (gate, log) = (new Gate(), new LogLines());
        builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Debug).AddFilter("Microsoft", LogLevel.Warning);
        builder.Services
            .AddAgents(engine => engine.KeeperInterval = TimeSpan.FromMilliseconds(20))
            .UseStore(_ => new MemoryStore(database))
            .AddTool(ToolOf("test.work", ToolEffect.Idempotent, (call, _) => Task.FromResult(call.Input)))
            .AddTool(ToolOf("test.held", ToolEffect.Idempotent, gate.PassAsync))
            .AddTool(ToolOf("test.once", ToolEffect.Once, gate.PassAsync))
            .AddTool(ToolOf("test.deaf", ToolEffect.Once, (call, _) => gate.PassAsync(call, CancellationToken.None)))
            .AddTool(ToolOf("test.after", ToolEffect.Idempotent, gate.AfterAsync));
        builder.Services.AddAgentsGateway(configure);
        services?.Invoke(builder.Services);
        var application = builder.Build();
        application.MapAgents();
        await application.StartAsync();
        var house = new House(application, gate, log);
        foreach (var definition in Load(Workflows.All, house.Engine.DefinitionHost))
        {
            await house.Engine.PublishAsync(definition);
        }

        return house;
    }

    public static IEnumerable<Definition> Load(string yaml, DefinitionHost host)
    {
        var loaded = DefinitionLoader.LoadTexts([new DefinitionText("test.yaml", yaml)], host, LoadOptions.Lenient);
        Assert.False(loaded.HasErrors, string.Join('\n', loaded.Diagnostics));
        return loaded.Definitions.Values;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Application.StopAsync();
        await Application.DisposeAsync();
    }

    private static Tool ToolOf(string name, ToolEffect effect, Func<ToolCall, CancellationToken, Task<Payload>> body) => new(
        name,
        "A tool of a test.",
        Payload.Parse("true"),
        null,
        effect,
        [],
        async (call, cancellation) => new ToolResult.Succeeded(await body(call, cancellation)));
}

/// <summary>Where calls of a tool stop until a test lets them go.</summary>
internal sealed class Gate
{
    private readonly TaskCompletionSource open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Reached => reached.Task.WaitAsync(House.Patience);

    public void Open() => open.TrySetResult();

    public void Break(Exception why) => open.TrySetException(why);

    /// <summary>Waits until another call stands at the gate.</summary>
    public async Task<Payload> AfterAsync(ToolCall call, CancellationToken cancellation)
    {
        await reached.Task.WaitAsync(cancellation);
        return call.Input;
    }

    public async Task<Payload> PassAsync(ToolCall call, CancellationToken cancellation)
    {
        reached.TrySetResult();
        await open.Task.WaitAsync(cancellation);
        return call.Input;
    }
}

/// <summary>What was logged.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private volatile TaskCompletionSource another = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<string> Lines { get; } = [];

    /// <summary>Ends when a line with these words was logged.</summary>
    public async Task UntilAsync(string words)
    {
        for (var next = another.Task; !Lines.Any(line => line.Contains(words, StringComparison.Ordinal)); next = another.Task)
        {
            await Task.WhenAny(next, Task.Delay(House.Patience));
            Assert.True(next.IsCompleted, $"Nothing more was logged than:\n{string.Join('\n', Lines)}");
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");
        Interlocked.Exchange(ref another, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    public void Dispose()
    {
    }
}
