using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Agents.Runs;

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

    private static ServerOptions Read(params string[] args)
    {
        var configuration = new ConfigurationBuilder();
        configuration.AddServerConfiguration(args);
        var options = new ServerOptions();
        configuration.Build().Bind(options);
        return options;
    }
}
