using System.Globalization;
using System.Text.RegularExpressions;

namespace Orleans.Agents.Repository.Tests.Deploy;

/// <summary>The cluster on one machine says to the program what the program understands, and bounds everything.</summary>
public sealed partial class ComposeTests
{
    private const string File = "docker-compose.yml";

    private const string Collector = "deploy/otel/collector.yaml";

    private static readonly Tree Compose = Tree.Read(File)[0];

    public static TheoryData<string> Services() => [.. Compose["services"].Members.Select(s => s.Name)];

    public static TheoryData<string> Nodes() => [.. Compose["services"].Members.Select(s => s.Name).Where(n => n.StartsWith("node-", StringComparison.Ordinal))];

    [Fact]
    public void There_are_a_database_two_nodes_and_a_collector() => Assert.Equal(
        ["collector", "node-1", "node-2", "postgres"], Compose["services"].Members.Select(s => s.Name).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_is_bounded_starts_again_and_may_take_its_time_to_stop(string name)
    {
        var service = Compose["services"][name];
        var limits = service["deploy"]["resources"]["limits"];

        Assert.Matches("^[1-9][0-9]*[mg]$", limits["memory"].Text);
        Assert.InRange(double.Parse(limits["cpus"].Text, CultureInfo.InvariantCulture), 0.1, 64);
        Assert.InRange(int.Parse(limits["pids"].Text, CultureInfo.InvariantCulture), 1, 10_000);
        Assert.Equal("unless-stopped", service["restart"].Text);
        Assert.Matches("^[0-9]+s$", service["stop_grace_period"].Text);
        Assert.True(service["logging"]["options"].Has("max-size"));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_has_no_rights_that_it_does_not_need(string name)
    {
        var service = Compose["services"][name];

        Assert.Equal("ALL", Assert.Single(service["cap_drop"].Items).Text);
        Assert.Equal("no-new-privileges:true", Assert.Single(service["security_opt"].Items).Text);
        Assert.False(service.Has("privileged"));
        if (service.Has("user"))
        {
            Assert.DoesNotMatch("^(0|root)(:|$)", service["user"].Text);
        }
        else
        {
            // Then it is its image's, and that is ours.
            Assert.Equal("deploy/docker/Dockerfile", service["build"]["dockerfile"].Text);
        }
    }

    [Theory]
    [MemberData(nameof(Nodes))]
    public void A_node_is_told_only_what_the_program_understands(string name)
    {
        var told = Compose["services"][name]["environment"].Members.Select(m => m.Name).Except(Settings.OfTheDriver);

        Assert.Empty(told.Except(NodeProgram.Settings));
    }

    [Theory]
    [MemberData(nameof(Nodes))]
    public void A_node_has_time_to_drain(string name)
    {
        var node = Compose["services"][name];
        var grace = TimeSpan.FromSeconds(int.Parse(node["stop_grace_period"].Text.TrimEnd('s'), CultureInfo.InvariantCulture));

        Assert.True(grace > NodeProgram.LeastGrace(node["environment"]["AGENTS_DRAIN_DELAY"].Text));
    }

    [Theory]
    [MemberData(nameof(Nodes))]
    public void A_node_answers_this_machine_only_at_the_port_it_listens_on(string name)
    {
        var node = Compose["services"][name];
        var port = Regex.Match(node["environment"]["AGENTS_LISTEN"].Text, "[0-9]+$").Value;

        Assert.Equal(NodeProgram.HttpPort.ToString(CultureInfo.InvariantCulture), port);
        Assert.Equal(NodeProgram.SiloPort.ToString(CultureInfo.InvariantCulture), node["environment"]["AGENTS_SILO_PORT"].Text);
        var published = Assert.Single(node["ports"].Items).Text;
        Assert.StartsWith("127.0.0.1:", published, StringComparison.Ordinal);
        Assert.EndsWith($":{port}", published, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Nodes))]
    public void A_node_waits_for_the_database_and_writes_nowhere_else(string name)
    {
        var node = Compose["services"][name];

        Assert.Equal("service_healthy", node["depends_on"]["postgres"]["condition"].Text);
        Assert.Equal("true", node["read_only"].Text);
        Assert.All(node["volumes"].Items, v => Assert.EndsWith(":ro", v.Text, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Nodes))]
    public void A_node_tells_the_collector_and_does_not_wait_for_it(string name)
    {
        var node = Compose["services"][name];
        var endpoint = DefaultOf(node["environment"]["OTEL_EXPORTER_OTLP_ENDPOINT"].Text);
        var receivers = Tree.Read(Collector)[0]["receivers"]["otlp"]["protocols"];

        Assert.Equal($"http://collector:{Regex.Match(receivers["grpc"]["endpoint"].Text, "[0-9]+$").Value}", endpoint);
        Assert.False(node["environment"].Has("OTEL_EXPORTER_OTLP_PROTOCOL")); // gRPC is what the exporter does by itself
        Assert.Contains(DefaultOf(node["environment"]["OBS_MODE"].Text), NodeProgram.Modes);
        Assert.False(node["depends_on"].Has("collector"));
    }

    [Fact]
    public void The_collector_takes_all_that_nodes_send_and_is_nobody_elses()
    {
        var service = Compose["services"]["collector"];
        var configuration = Tree.Read(Collector)[0];
        var pipelines = configuration["service"]["pipelines"];

        Assert.Matches(@"^otel/opentelemetry-collector:\d+\.\d+\.\d+$", service["image"].Text);
        Assert.False(service.Has("ports"));
        Assert.Equal("true", service["read_only"].Text);
        var mounted = Assert.Single(service["volumes"].Items).Text.Split(':');
        Assert.Equal(($"./{Collector}", "ro"), (mounted[0], mounted[2]));
        Assert.Equal($"--config={mounted[1]}", Assert.Single(service["command"].Items).Text);
        Assert.Equal(["logs", "metrics", "traces"], pipelines.Members.Select(m => m.Name).Order(StringComparer.Ordinal));
        Assert.All(pipelines.Members.Select(m => m.Value), pipeline => Assert.All(
            (string[])["receivers", "processors", "exporters"],
            part => Assert.All(pipeline[part].Items, item => Assert.True(configuration[part].Has(item.Text), $"{pipeline}: {item.Text}"))));
        Assert.All(pipelines.Members, m => Assert.Equal("memory_limiter", m.Value["processors"].Items[0].Text));
        var limit = int.Parse(configuration["processors"]["memory_limiter"]["limit_mib"].Text, CultureInfo.InvariantCulture);
        Assert.InRange(limit, 32, int.Parse(service["deploy"]["resources"]["limits"]["memory"].Text.TrimEnd('m'), CultureInfo.InvariantCulture) - 32);
    }

    [Fact]
    public void Two_nodes_differ_only_in_the_port_of_the_machine()
    {
        var (first, second) = (Compose["services"]["node-1"], Compose["services"]["node-2"]);

        Assert.NotEqual(first["ports"].Items[0].Text, second["ports"].Items[0].Text);
        Assert.Equal(
            first["environment"].Members.Select(m => (m.Name, m.Value.Text)),
            second["environment"].Members.Select(m => (m.Name, m.Value.Text)));
    }

    [Fact]
    public void The_database_is_nobodys_elses_keeps_its_data_and_says_when_it_is_there()
    {
        var postgres = Compose["services"]["postgres"];

        Assert.Equal("postgres:16", postgres["image"].Text);
        Assert.False(postgres.Has("ports"));
        Assert.Contains(postgres["healthcheck"]["test"].Items, w => w.Text == "pg_isready");
        var data = postgres["volumes"].Items.Single(v => v.Text.EndsWith(":/var/lib/postgresql/data", StringComparison.Ordinal)).Text;
        Assert.True(Compose["volumes"].Has(data.Split(':')[0]));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void What_is_secret_comes_from_outside(string name) => Assert.All(
        Compose["services"][name]["environment"].Members.Where(m => Settings.IsSecret(m.Name)),
        m => Assert.Matches(@"^\$\{\w+:-\w*\}$", m.Value.Text));

    [Theory]
    [MemberData(nameof(Services))]
    public void No_address_has_a_password_in_it(string name) => Assert.All(
        Compose["services"][name]["environment"].Members,
        m => Assert.DoesNotContain("Password=", m.Value.Text, StringComparison.OrdinalIgnoreCase));

    [Theory]
    [MemberData(nameof(Services))]
    public void A_file_that_is_mounted_is_there(string name) => Assert.All(
        Compose["services"][name]["volumes"].Items.Select(v => Mounted().Match(v.Text)).Where(m => m.Success),
        m => Assert.True(Path.Exists(Path.Combine(Source.Root, m.Groups[1].Value)), m.Value));

    [Needs("docker compose version")]
    public void Compose_itself_has_nothing_against_it() =>
        Tool.Read("docker", ["compose", "--file", File, "config", "--quiet"]);

    [Fact]
    public void What_may_be_set_from_outside_is_documented() => Assert.All(
        Substituted().Matches(Source.Read(File)).Select(m => m.Groups[1].Value).Distinct(),
        v => Assert.Contains($"`{v}`", Source.Read("deploy/README.md"), StringComparison.Ordinal));

    [GeneratedRegex(@"^(?:\$\{\w+:-)?(\./[^:}]+)")]
    private static partial Regex Mounted();

    private static string DefaultOf(string variable) => Default().Match(variable).Groups[1].Value;

    [GeneratedRegex(@"^\$\{\w+:?-(.*)\}$")]
    private static partial Regex Default();

    [GeneratedRegex(@"\$\{(\w+)")]
    private static partial Regex Substituted();
}
