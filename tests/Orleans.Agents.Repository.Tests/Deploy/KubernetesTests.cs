using System.Globalization;

namespace Orleans.Agents.Repository.Tests.Deploy;

/// <summary>The manifests say to the program what the program understands, and mirror compose.</summary>
public sealed class KubernetesTests
{
    private const string Base = "deploy/kubernetes/base";

    private static readonly Tree Kustomization = Tree.Read($"{Base}/kustomization.yaml")[0];
    private static readonly List<Tree> Manifests =
        [.. Kustomization["resources"].Items.SelectMany(r => Tree.Read($"{Base}/{r.Text}"))];

    private static readonly Tree Deployment = Manifests.Single(m => m["kind"].Text == "Deployment");
    private static readonly Tree Pod = Deployment["spec"]["template"]["spec"];
    private static readonly Tree Node = Assert.Single(Pod["containers"].Items);

    private static readonly Dictionary<string, string> Told = Source.Read($"{Base}/node.env").Split('\n')
        .Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split('=', 2)).ToDictionary(l => l[0], l => l[1]);

    public static TheoryData<string, string> Probes() => new()
    {
        { "startupProbe", "/health/startup" }, { "readinessProbe", "/health/ready" }, { "livenessProbe", "/health/live" },
    };

    [Fact]
    public void Every_file_is_part_of_it() => Assert.Equal(
        Source.Files(Base, "*.yaml").Select(f => f[(Base.Length + 1)..]).Where(f => f != "kustomization.yaml"),
        Kustomization["resources"].Items.Select(r => r.Text)
            .Concat(Kustomization["configMapGenerator"].Items.Where(g => g.Has("files")).SelectMany(g => g["files"].Items).Select(f => f.Text))
            .Order(StringComparer.Ordinal));

    [Fact]
    public void A_node_is_told_only_what_the_program_understands()
    {
        var told = Told.Keys.Concat(Node["env"].Items.Select(e => e["name"].Text)).Except(Settings.OfTheDriver).ToList();

        Assert.Empty(told.Except(NodeProgram.Settings));
        Assert.Contains("AGENTS_ADDRESS", told);
    }

    [Fact]
    public void A_node_says_its_pods_address() => Assert.Equal(
        "status.podIP",
        Node["env"].Items.Single(e => e["name"].Text == "AGENTS_ADDRESS")["valueFrom"]["fieldRef"]["fieldPath"].Text);

    [Fact]
    public void What_is_secret_stands_in_a_secret_that_is_not_here()
    {
        Assert.All(Told, t => Assert.False(Settings.IsSecret(t.Key) && t.Key != "REQUIRE_ADMIN_FOR_NON_GET", t.Key));
        Assert.DoesNotContain("Password=", Told["AGENTS_POSTGRES"], StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Manifests, m => m["kind"].Text == "Secret");
        var example = Tree.Read("deploy/kubernetes/secret.example.yaml")[0];
        Assert.All(example["stringData"].Members, m => Assert.Equal("change-me", m.Value.Text));
        var secrets = Node["env"].Items.Where(e => Settings.IsSecret(e["name"].Text)).ToList();
        Assert.NotEmpty(secrets);
        Assert.All(secrets, e => Assert.Equal(example["metadata"]["name"].Text, e["valueFrom"]["secretKeyRef"]["name"].Text));
        Assert.All(
            secrets.Select(e => e["valueFrom"]["secretKeyRef"]).Where(r => !r.Has("optional")),
            r => Assert.True(example["stringData"].Has(r["key"].Text), r["key"].Text));
    }

    [Theory]
    [MemberData(nameof(Probes))]
    public void A_probe_asks_what_the_gateway_answers(string probe, string path)
    {
        Assert.Equal(path, Node[probe]["httpGet"]["path"].Text);
        Assert.Contains(path, NodeProgram.HealthPaths);
        Assert.Equal("http", Node[probe]["httpGet"]["port"].Text);
    }

    [Fact]
    public void Ports_are_those_of_the_program_and_services_lead_to_them()
    {
        var ports = Node["ports"].Items.ToDictionary(p => p["name"].Text, p => Number(p["containerPort"]));

        Assert.Equal(NodeProgram.HttpPort, ports["http"]);
        Assert.Equal(NodeProgram.SiloPort, ports["silo"]);
        Assert.EndsWith($":{NodeProgram.HttpPort}", Told["AGENTS_LISTEN"], StringComparison.Ordinal);
        Assert.Equal(NodeProgram.SiloPort.ToString(CultureInfo.InvariantCulture), Told["AGENTS_SILO_PORT"]);
        Assert.All(
            Manifests.Where(m => m["kind"].Text == "Service").SelectMany(s => s["spec"]["ports"].Items),
            p => Assert.Contains(p["targetPort"].Text, ports.Keys));
    }

    [Fact]
    public void A_node_has_time_to_drain_and_readiness_notices_it()
    {
        var drain = TimeSpan.Parse(Told["AGENTS_DRAIN_DELAY"], CultureInfo.InvariantCulture);
        var readiness = Node["readinessProbe"];

        Assert.True(TimeSpan.FromSeconds(Number(Pod["terminationGracePeriodSeconds"])) > NodeProgram.LeastGrace(Told["AGENTS_DRAIN_DELAY"]));
        Assert.True(drain.TotalSeconds > Number(readiness["periodSeconds"]) * Number(readiness["failureThreshold"]));
    }

    [Fact]
    public void There_are_two_and_one_goes_at_a_time()
    {
        Assert.Equal(2, Number(Deployment["spec"]["replicas"]));
        Assert.Equal(0, Number(Deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"]));
        Assert.Equal(1, Number(Manifests.Single(m => m["kind"].Text == "PodDisruptionBudget")["spec"]["maxUnavailable"]));
        // Kustomize adds the label to selectors that are there; a budget without one would be for no pod.
        Assert.Equal(
            Kustomization["labels"].Items.Single()["pairs"].Members.Select(m => (m.Name, m.Value.Text)),
            Manifests.Single(m => m["kind"].Text == "PodDisruptionBudget")["spec"]["selector"]["matchLabels"].Members
                .Select(m => (m.Name, m.Value.Text)));
        Assert.Equal("None", Manifests.Single(m => m["metadata"]["name"].Text == "agents-server-silos")["spec"]["clusterIP"].Text);
    }

    [Fact]
    public void A_node_is_bounded_and_has_no_rights_that_it_does_not_need()
    {
        Assert.All(["cpu", "memory"], r => Assert.True(Node["resources"]["requests"].Has(r) && Node["resources"]["limits"].Has(r), r));
        Assert.Equal("true", Pod["securityContext"]["runAsNonRoot"].Text);
        Assert.Equal("1654", Pod["securityContext"]["runAsUser"].Text);
        Assert.Contains("\nUSER 1654\n", Source.Read("deploy/docker/Dockerfile"), StringComparison.Ordinal);
        Assert.Equal("false", Pod["automountServiceAccountToken"].Text);
        Assert.Equal("false", Node["securityContext"]["allowPrivilegeEscalation"].Text);
        Assert.Equal("true", Node["securityContext"]["readOnlyRootFilesystem"].Text);
        Assert.Equal("ALL", Assert.Single(Node["securityContext"]["capabilities"]["drop"].Items).Text);
    }

    [Fact]
    public void The_port_between_silos_is_for_nodes_only()
    {
        var ingress = Manifests.Single(m => m["kind"].Text == "NetworkPolicy")["spec"]["ingress"].Items;
        var silo = Assert.Single(ingress, i => i["ports"].Items.Any(p => p["port"].Text == "silo"));

        Assert.True(silo.Has("from"));
        Assert.Single(silo["ports"].Items);
    }

    [Fact]
    public void The_cluster_is_the_same_as_with_compose()
    {
        var compose = Tree.Read("docker-compose.yml")[0]["services"]["node-1"];

        Assert.All(
            ["AGENTS_POSTGRES", "AGENTS_CLUSTER", "AGENTS_PROFILE", "AGENTS_LISTEN", "AGENTS_SILO_PORT", "AGENTS_DEFINITIONS"],
            s => Assert.Equal(compose["environment"][s].Text, Told[s]));
        Assert.Equal($"{Pod["terminationGracePeriodSeconds"].Text}s", compose["stop_grace_period"].Text);
        Assert.Equal(compose["deploy"]["resources"]["limits"]["cpus"].Text, Node["resources"]["limits"]["cpu"].Text);
        Assert.Equal(
            compose["deploy"]["resources"]["limits"]["memory"].Text,
            Node["resources"]["limits"]["memory"].Text.Replace("Gi", "g", StringComparison.Ordinal));
        Assert.Contains(
            Node["volumeMounts"].Items, v => v["mountPath"].Text == Told["AGENTS_DEFINITIONS"]);
    }

    [Fact]
    public void The_definition_in_it_is_the_samples() =>
        Assert.Equal(Source.Read("samples/embedding/greeting.yaml"), Source.Read($"{Base}/definitions/greeting.yaml"));

    private static int Number(Tree number) => int.Parse(number.Text, CultureInfo.InvariantCulture);
}
