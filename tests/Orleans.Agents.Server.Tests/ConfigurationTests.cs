using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

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
    [InlineData("Cluster", "--postgres=Host=db", "--cluster=Not A Name")]
    public void What_cannot_be_is_said_before_anything_starts(string what, params string[] args)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddServerConfiguration(args);

        var refused = Assert.Throws<OptionsValidationException>(() => builder.AddServerNode());

        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
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
