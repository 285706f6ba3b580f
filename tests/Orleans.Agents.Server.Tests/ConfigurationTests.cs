using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Agents.Runs;
using Orleans.Configuration;

namespace Orleans.Agents.Server.Tests;

/// <summary>What a node is told, and by whom.</summary>
public sealed class ConfigurationTests : IDisposable
{
    private readonly string file = Path.Combine(Directory.CreateTempSubdirectory("agents-server-").FullName, "node.json");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);

    [Fact]
    public void A_file_is_read_and_a_flag_wins_over_it()
    {
        File.WriteAllText(file, """{ "postgres": "Host=db", "silo_port": 1234, "lanes": 7, "drain_delay": "00:00:09" }""");

        var options = Read("--config", file, "--silo-port", "4321", "--definitions=a; b;");

        Assert.Equal("Host=db", options.Postgres);
        Assert.Equal(4321, options.SiloPort);
        Assert.Equal(7, options.Lanes);
        Assert.Equal(TimeSpan.FromSeconds(9), options.EffectiveDrainDelay);
        Assert.Equal(["a", "b"], options.DefinitionPaths);
    }

    [Fact]
    public void A_variable_wins_over_a_file_and_a_flag_over_both()
    {
        const string Variable = "AGENTS_WHO_SAID_IT"; // none that a node knows: those of other tests see it too
        File.WriteAllText(file, """{ "who_said_it": "file", "who_else": "file" }""");
        Environment.SetEnvironmentVariable(Variable, "variable");
        try
        {
            var told = new ConfigurationBuilder();
            told.AddServerConfiguration(["--config", file]);
            var overruled = new ConfigurationBuilder();
            overruled.AddServerConfiguration(["--config", file, "--who-said-it=flag"]);

            Assert.Equal("variable", told.Build()["who_said_it"]);
            Assert.Equal("flag", overruled.Build()["who_said_it"]);
            Assert.Equal("file", overruled.Build()["who_else"]);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, null);
        }
    }

    [Fact]
    public void In_production_a_node_that_does_not_answer_is_given_up_soon()
    {
        var membership = MembershipOf("prod-safe");

        Assert.Equal(
            (TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1), 2),
            (membership.ProbeTimeout, membership.MaxProbeTimeout, membership.NumMissedProbesLimit));
        Assert.Equal(2, membership.NumVotesForDeathDeclaration);
        Assert.Equal(
            (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)),
            (membership.IAmAliveTablePublishTimeout, membership.TableRefreshTimeout));
    }

    [Fact]
    public void On_a_machine_of_ones_own_it_has_the_patience_of_Orleans()
    {
        var (membership, usual) = (MembershipOf("dev-safe"), new ClusterMembershipOptions());

        Assert.Equal(
            (usual.ProbeTimeout, usual.MaxProbeTimeout, usual.NumMissedProbesLimit),
            (membership.ProbeTimeout, membership.MaxProbeTimeout, membership.NumMissedProbesLimit));
        Assert.Equal(usual.NumVotesForDeathDeclaration, membership.NumVotesForDeathDeclaration);
        Assert.Equal(
            (usual.IAmAliveTablePublishTimeout, usual.TableRefreshTimeout),
            (membership.IAmAliveTablePublishTimeout, membership.TableRefreshTimeout));
    }

    [Theory]
    [InlineData("prod-safe", 5)]
    [InlineData("dev-safe", 0)]
    public void The_profile_says_how_long_a_node_serves_on(string profile, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Read("--profile", profile).EffectiveDrainDelay);

    [Theory]
    [InlineData("Postgres")]
    [InlineData("Profile", "--postgres=Host=db", "--profile=careless")]
    [InlineData("SiloPort", "--postgres=Host=db", "--silo-port=0")]
    [InlineData("Lanes", "--postgres=Host=db", "--lanes=-1")]
    [InlineData("MaxCallsPerAgent", "--postgres=Host=db", "--max-calls-per-agent=0")]
    [InlineData("RetainFor", "--postgres=Host=db", "--retain-for=00:00:00")]
    [InlineData("RetainFor", "--postgres=Host=db", "--retain-for=40000")]
    [InlineData("RetainNewest", "--postgres=Host=db", "--retain-newest=-1")]
    [InlineData("Cluster", "--postgres=Host=db", "--cluster=Not A Name")]
    [InlineData("Lease", "--postgres=Host=db", "--lease=00:00:00.9")]
    [InlineData("Lease", "--postgres=Host=db", "--lease=00:10:01")]
    [InlineData("Address: 'db' is no IP address, such as 10.0.0.7", "--postgres=Host=db", "--address=db")]
    public void What_cannot_be_is_said_before_anything_starts(string what, params string[] args)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddServerConfiguration(args);

        var refused = Assert.Throws<OptionsValidationException>(() => builder.AddServerNode());

        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_engine_of_a_node_keeps_and_does_at_once_is_as_it_was_told()
    {
        File.WriteAllText(file, """{ "postgres": "Host=db", "max_calls_per_agent": 3, "retain_for": "30.00:00:00", "retain_newest": 9 }""");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddServerConfiguration(["--config", file, "--retain-newest", "1000", "--lanes", "7"]);
        builder.AddServerNode();
        using var host = builder.Build();

        var engine = host.Services.GetRequiredService<IOptions<EngineOptions>>().Value;

        Assert.Equal((7, 3, 1000), (engine.Lanes, engine.MaxCallsPerAgent, engine.RetainNewest));
        Assert.Equal(TimeSpan.FromDays(30), engine.RetainFor);
    }

    private static ClusterMembershipOptions MembershipOf(string profile)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddServerConfiguration(["--postgres=Host=db", "--profile", profile]);
        builder.AddServerNode();
        using var node = builder.Build();
        return node.Services.GetRequiredService<IOptions<ClusterMembershipOptions>>().Value;
    }

    private static ServerOptions Read(params string[] args)
    {
        var configuration = new ConfigurationBuilder();
        configuration.AddServerConfiguration(args);
        var options = new ServerOptions();
        configuration.Build().Bind(options);
        return options;
    }
}
