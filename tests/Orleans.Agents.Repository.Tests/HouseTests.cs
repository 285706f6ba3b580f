using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using System.Xml.Linq;

namespace Orleans.Agents.Repository.Tests;

/// <summary>Where things lie, and what may depend on what.</summary>
public sealed class HouseTests
{
    private static readonly string[] TopLevel =
    [
        "Directory.Packages.props", "LICENSE", "Orleans.Agents.sln", "README.md", "deploy", "docker-compose.yml", "docs",
        "samples", "src", "tests",
    ];

    private static readonly Dictionary<string, string[]> MayDependOn = new(StringComparer.Ordinal)
    {
        ["Core"] = [],
        ["Engine"] = ["Core"],
        ["Storage.Sqlite"] = ["Engine"],
        ["Storage.Postgres"] = ["Engine"],
        ["Testing"] = ["Engine"],
        ["Client"] = [],
        ["Otlp"] = ["Engine"],
        ["Silo"] = ["Engine"],
        ["Gateway"] = ["Engine", "Client"],
        ["Cli"] = ["Engine", "Storage.Sqlite", "Storage.Postgres", "Gateway", "Client", "Otlp"],
        ["Server"] = ["Engine", "Silo", "Gateway", "Storage.Postgres", "Otlp"],
    };

    private static readonly string[] MayReferenceOrleans =
    [
        "Silo", "Server", "Silo.Tests", "Server.Tests", "Server.Worker", "Server.Bench",
    ];

    public static TheoryData<string> Projects() => [.. Source.Files("src", "*.csproj")];

    public static TheoryData<string> AllProjects() => [.. Everywhere()];

    [Fact]
    public void The_top_level_says_what_this_is() => Assert.Empty(
        Directory.EnumerateFileSystemEntries(Source.Root)
            .Select(e => Path.GetFileName(e)!)
            .Where(n => n[0] != '.')
            .Except(TopLevel, StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_depends_only_on_those_below_it(string project)
    {
        var allowed = MayDependOn[NameOf(project)];

        Assert.All(References(project, "ProjectReference"), r => Assert.Contains(NameOf(r), allowed));
    }

    [Theory]
    [MemberData(nameof(AllProjects))]
    public void Only_the_silo_the_server_and_their_tests_know_Orleans(string project)
    {
        if (!MayReferenceOrleans.Contains(NameOf(project)))
        {
            Assert.DoesNotContain(
                References(project, "PackageReference"), p => p.StartsWith("Microsoft.Orleans", StringComparison.Ordinal));
            Assert.DoesNotContain(References(project, "ProjectReference"), p => MayReferenceOrleans.Contains(NameOf(p)));
        }
    }

    [Fact]
    public void What_is_checked_without_Orleans_is_all_but_what_needs_it()
    {
        using var filter = JsonDocument.Parse(Source.Read(".ci/embedded.slnf"));
        var listed = filter.RootElement.GetProperty("solution").GetProperty("projects").EnumerateArray()
            .Select(p => p.GetString()!.Replace('\\', '/'));

        Assert.Equal(
            Everywhere().Where(p => !MayReferenceOrleans.Contains(NameOf(p))).Order(StringComparer.Ordinal),
            listed.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_says_what_it_is_on_one_page(string project)
    {
        var readme = Path.Combine(Path.GetDirectoryName(project)!, "README.md");

        Assert.True(File.Exists(Path.Combine(Source.Root, readme)), $"{readme} is missing");
        Assert.InRange(Source.Read(readme).AsSpan().Count('\n'), 1, 60);
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Source.Read("Orleans.Agents.sln").Replace('\\', '/');

        Assert.All(Everywhere(), p => Assert.Contains(p, solution, StringComparison.Ordinal));
    }

    // Read from where it was built: the copy beside the tests is measured for coverage, and so refers to more.
    [Fact]
    public void The_core_depends_on_nothing_but_the_platform()
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var built = Path.Combine(
            Source.Root, ".artifacts", "bin", "Orleans.Agents.Core", configuration, "Orleans.Agents.Core.dll");
        using var file = new PEReader(File.OpenRead(built));
        var metadata = file.GetMetadataReader();

        Assert.NotEmpty(metadata.AssemblyReferences);
        Assert.All(
            metadata.AssemblyReferences.Select(r => metadata.GetString(metadata.GetAssemblyReference(r).Name)),
            name => Assert.StartsWith("System.", name, StringComparison.Ordinal));
    }

    [Fact]
    public void A_decision_is_numbered_and_on_one_page()
    {
        var decisions = Source.Files("docs/decisions", "*.md").ToList();

        Assert.NotEmpty(decisions);
        Assert.All(decisions, d => Assert.Matches(@"/\d{4}-[a-z0-9-]+\.md$", d));
        Assert.All(decisions, d => Assert.InRange(Source.Read(d).AsSpan().Count('\n'), 5, 90));
    }

    [Fact]
    public void A_version_is_named_in_one_place() => Assert.All(
        Source.Files("src", "*.csproj").Concat(Source.Files("tests", "*.csproj")),
        p => Assert.DoesNotContain(XDocument.Parse(Source.Read(p)).Descendants("PackageReference"), r => r.Attribute("Version") is not null));

    private static IEnumerable<string> Everywhere() =>
        Source.Files("src", "*.csproj").Concat(Source.Files("tests", "*.csproj")).Concat(Source.Files("samples", "*.csproj"));

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Parse(Source.Read(project)).Descendants(kind).Select(r => (string)r.Attribute("Include")!);

    private static string NameOf(string project) =>
        Path.GetFileNameWithoutExtension(project.Replace('\\', '/'))["Orleans.Agents.".Length..];
}
