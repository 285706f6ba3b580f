using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Gateway;
using Orleans.Agents.Hosting;

namespace Orleans.Agents.Cli;

/// <summary>The HTTP gateway of a process that serves. Nothing of it is loaded where nobody is to be listened to.</summary>
internal sealed class Listening : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly WebApplication application;

    private Listening(WebApplication application) => this.application = application;

    /// <summary>Opens the gateway over an engine that has been started.</summary>
    /// <returns>What closes it: no new requests, streams are ended, what is being answered is answered.</returns>
    /// <exception cref="CommandException">Nobody can be listened to there, or what the variables say makes no sense.</exception>
    public static async Task<IAsyncDisposable> StartAsync(
        AgentsEngine engine, Uri address, Streams streams, Manner manner, CancellationToken cancellation)
    {
        try
        {
            return await OpenAsync(engine, address, streams, manner, cancellation);
        }
        catch (Exception unclear) when (unclear is FormatException or OptionsValidationException)
        {
            throw CommandException.Usage(unclear.Message);
        }
        catch (Exception problem) when (problem is IOException or SocketException or InvalidOperationException)
        {
            throw new CommandException(
                ExitCode.Infrastructure, "cli.listen", $"{address} cannot be listened at: {problem.Message}", problem);
        }
    }

    [SuppressMessage(
        "Reliability", "CA2000:Dispose objects before losing scope", Justification = "The application owns its logs.")]
    private static async Task<Listening> OpenAsync(
        AgentsEngine engine, Uri address, Streams streams, Manner manner, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.UseGatewayLimits()).UseUrls(address.ToString());
        builder.Logging.AddProvider(new TerminalLogs(streams, manner.Least)).SetMinimumLevel(manner.Least)
            .AddFilter("Microsoft", LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.Services.AddSingleton<IHostLifetime, StoppedByVerb>();
        builder.Services.AddSingleton<IAgents>(engine);
        builder.Services.AddSingleton(engine.Observation);
        builder.Services.AddAgentsGateway(
            options => GatewayVariables.Apply(options, name => Environment.GetEnvironmentVariable($"AGENTS_{name.ToUpperInvariant()}")));
        var application = builder.Build();
        try
        {
            application.MapAgents();
            await application.StartAsync(cancellation);
            var options = application.Services.GetRequiredService<IOptions<GatewayOptions>>().Value;
            Tell(application, options, address, streams, manner);
            return new Listening(application);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await application.StopAsync(patience.Token);
        await application.DisposeAsync();
    }

    private static void Tell(
        WebApplication application, GatewayOptions options, Uri address, Streams streams, Manner manner)
    {
        if (options.Tenants.Count == 0 && !(IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip)) && !address.IsLoopback)
        {
            streams.Tell("there are no tenants: whoever reaches this address may start and see runs", Tone.Warning);
        }

        if (!manner.IsQuiet)
        {
            streams.Tell($"listening at {application.Urls.Single()}");
        }
    }

    private sealed class TerminalLogs(Streams streams, LogLevel least) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new TerminalLogger(streams, least);

        public void Dispose()
        {
        }
    }

    /// <summary>Signals are the verb's: it stops the gateway, and then the engine.</summary>
    private sealed class StoppedByVerb : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
