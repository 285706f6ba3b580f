using System.Text.RegularExpressions;

namespace Orleans.Agents.Repository.Tests.Deploy;

/// <summary>What <c>kubectl</c> makes of the manifests, and of what it made.</summary>
public sealed partial class KustomizeTests
{
    private static readonly Lazy<string> Rendered =
        new(() => Tool.Read("kubectl", ["kustomize", "deploy/kubernetes/base"]));

    private static IReadOnlyList<Tree> All => Tree.Parse("kubectl kustomize", Rendered.Value);

    private static Tree Pod => One("Deployment")["spec"]["template"];

    [Needs("kubectl kustomize --help")]
    public void Nothing_in_it_is_unknown_to_Kubernetes()
    {
        Understands("Deployment", "set", "image", "node=agents-server:other");
        Understands("Service", "set", "selector", "other=other");

        void Understands(string kind, params string[] change)
        {
            // It says what it has understood of those that it can change, and complains of the others.
            var understood = Tree.Parse(
                kind, Tool.Run("kubectl", [.. change, "--local", "-f", "-", "-o", "yaml"], Rendered.Value).Output);
            Assert.All(All.Where(m => m["kind"].Text == kind), manifest => Assert.Empty(
                manifest.Fields().Where(f => !Changed().IsMatch(f))
                    .Except(understood.Single(u => NameOf(u) == NameOf(manifest)).Fields())));
        }
    }

    [Needs("kubectl kustomize --help")]
    public void What_selects_pods_selects_the_nodes()
    {
        var labels = Pod["metadata"]["labels"].Members.Select(m => (m.Name, m.Value.Text)).ToList();
        Tree[] selectors =
        [
            One("Deployment")["spec"]["selector"]["matchLabels"],
            One("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
            One("NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
            .. All.Where(m => m["kind"].Text == "Service").Select(s => s["spec"]["selector"]),
        ];

        Assert.Equal(5, selectors.Length);
        Assert.All(selectors, selector => Assert.Equal(labels, selector.Members.Select(m => (m.Name, m.Value.Text))));
    }

    [Needs("kubectl kustomize --help")]
    public void What_a_node_refers_to_is_there()
    {
        var maps = All.Where(m => m["kind"].Text == "ConfigMap").ToDictionary(NameOf, m => m["data"]);
        var node = Assert.Single(Pod["spec"]["containers"].Items);

        Assert.True(maps[node["envFrom"].Items.Single()["configMapRef"]["name"].Text].Has("AGENTS_POSTGRES"));
        Assert.True(maps[Pod["spec"]["volumes"].Items.Single(v => v.Has("configMap"))["configMap"]["name"].Text].Has("greeting.yaml"));
        Assert.Equal("agents-server:local", node["image"].Text);
        Assert.All(All, m => Assert.Equal("agents", m["metadata"]["namespace"].Text));
    }

    private static string NameOf(Tree manifest) => manifest["metadata"]["name"].Text;

    private static Tree One(string kind) => All.Single(m => m["kind"].Text == kind);

    [GeneratedRegex(@"\.image=|^\.spec\.selector\.app")]
    private static partial Regex Changed();
}
