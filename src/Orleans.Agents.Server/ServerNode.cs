using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Agents.Hosting;
using Orleans.Agents.Server.Membership;
using Orleans.Agents.Silo.Hosting;
using Orleans.Agents.Storage.Postgres;
using Orleans.Configuration;

namespace Orleans.Agents.Server;

/// <summary>A node of a cluster, made of configuration: a silo with the engine, over PostgreSQL.</summary>
internal static class ServerNode
{
    private const string Invariant = "Npgsql";
    private const int MostConnections = 10;

    /// <summary>Adds what a node is told by files, variables and flags, in the order in which they win.</summary>
    public static void AddServerConfiguration(this IConfigurationBuilder configuration, string[] args)
    {
        string[] words = [.. args.Select(Underscored)];
        var flags = new ConfigurationBuilder().AddEnvironmentVariables("AGENTS_").AddCommandLine(words).Build();
        configuration.AddJsonFile(
            Path.GetFullPath(flags["config"] ?? "agents-server.json"), optional: flags["config"] is null, reloadOnChange: false);
        configuration.AddEnvironmentVariables("AGENTS_").AddCommandLine(words);
    }

    /// <summary>Makes an application a node of a cluster.</summary>
    /// <param name="application">The application; it is configured already.</param>
    /// <param name="configure">Adds tools and models.</param>
    public static void AddServerNode(this IHostApplicationBuilder application, Action<AgentsBuilder>? configure = null)
    {
        var services = application.Services;
        services.AddOptions<ServerOptions>().Bind(application.Configuration).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ServerOptions>, ServerOptionsValidator>();
        var options = new ServerOptions();
        application.Configuration.Bind(options);
        Check(options);
        services.AddSingleton<NodeHealth>();
        services.AddHostedService<Drain>();
        services.Configure<HostOptions>(host =>
            host.ShutdownTimeout = options.EffectiveDrainDelay + TimeSpan.FromSeconds(30));
        application.UseOrleans(silo =>
        {
            silo.AddCluster(options);
            silo.AddMembership(options);
            silo.AddActivityPropagation();
            var agents = silo
                .UseAgents(engine =>
                {
                    engine.Lanes = options.Lanes;
                    engine.MaxCallsPerAgent = options.MaxCallsPerAgent;
                    engine.RetainFor = options.RetainFor;
                    engine.RetainNewest = options.RetainNewest;
                    SizeLimitText.Apply(engine, options.Limits);
                })
                .UsePostgres(new PostgresStoreOptions
                {
                    ConnectionString = options.Postgres,
                    Host = StoreHost.Cluster,
                    Lease = options.Lease,
                })
                .AddDefinitions(options.DefinitionPaths);
            configure?.Invoke(agents);
        });
    }

    // A setting has one name everywhere, but a flag is written with hyphens: silo_port, AGENTS_SILO_PORT, --silo-port.
    private static string Underscored(string word)
    {
        var name = word.StartsWith("--", StringComparison.Ordinal) ? word.Split('=')[0] : "";
        return name.Length == 0 ? word : string.Concat("--", name[2..].Replace('-', '_'), word.AsSpan(name.Length));
    }

    private static void Check(ServerOptions options)
    {
        var checkedOptions = new ServerOptionsValidator().Validate(null, options);
        if (checkedOptions.Failed)
        {
            throw new OptionsValidationException(
                Options.DefaultName, typeof(ServerOptions), checkedOptions.Failures ?? [checkedOptions.FailureMessage ?? ""]);
        }
    }

    private static void AddCluster(this ISiloBuilder silo, ServerOptions options)
    {
        var connection = new NpgsqlConnectionStringBuilder(options.Postgres) { MaxPoolSize = MostConnections };
        silo.Services.AddSingleton(_ => NpgsqlDataSource.Create(connection));
        silo.Services.AddSingleton<ClusterDatabase>();
        silo.Services.AddSingleton<IEpochBook>(provider => provider.GetRequiredService<ClusterDatabase>());
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, ClusterMigration>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, Burial>();
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.Cluster, options.Cluster));
        silo.UseAdoNetClustering(clustering => clustering.Configure<NpgsqlDataSource>((options, source) =>
            (options.DataSource, options.Invariant) = (source, Invariant)));
        silo.UseAdoNetReminderService(reminders => reminders.Configure<NpgsqlDataSource>((options, source) =>
            (options.DataSource, options.Invariant) = (source, Invariant)));
        silo.AddAdoNetGrainStorageAsDefault(storage => storage.Configure<NpgsqlDataSource>((options, source) =>
            (options.DataSource, options.Invariant) = (source, Invariant)));
        silo.ConfigureEndpoints(options.SiloPort, gatewayPort: 0);
        if (options.Address is { } address)
        {
            silo.Configure<EndpointOptions>(endpoints => endpoints.AdvertisedIPAddress = IPAddress.Parse(address));
        }
    }

    private static void AddMembership(this ISiloBuilder silo, ServerOptions options)
    {
        silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(5));
        if (!options.IsProduction)
        {
            return;
        }

        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = TimeSpan.FromSeconds(0.5);
            membership.MaxProbeTimeout = TimeSpan.FromSeconds(1);
            membership.NumMissedProbesLimit = 2;
            membership.NumVotesForDeathDeclaration = 2;
            membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(5);
        });
    }
}
