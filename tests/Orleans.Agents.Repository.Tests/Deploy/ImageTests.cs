using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Orleans.Agents.Repository.Tests.Deploy;

/// <summary>The image is made of what is here, and starts what is made.</summary>
public sealed partial class ImageTests
{
    private const string Project = "src/Orleans.Agents.Server";

    // One instruction to a line; those that go on over several are joined, comments left out.
    private static readonly List<string[]> Instructions =
    [
        .. Regex.Replace(Source.Read("deploy/docker/Dockerfile"), @"\\\n\s*", " ")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(l => l[0] != '#')
            .Select(l => l.Split(' ', 2)),
    ];

    [Fact]
    public void It_is_built_with_the_SDK_and_runs_without_it()
    {
        var framework = XDocument.Parse(Source.Read("src/Directory.Build.props")).Descendants("TargetFramework").Single().Value[3..];

        Assert.Equal(
            [$"mcr.microsoft.com/dotnet/sdk:{framework} AS build", $"mcr.microsoft.com/dotnet/aspnet:{framework}"],
            All("FROM"));
    }

    [Fact]
    public void It_runs_as_somebody_who_is_not_root() =>
        Assert.InRange(int.Parse(Instructions[^3..].Single(i => i[0] == "USER")[1], CultureInfo.InvariantCulture), 1, 65_535);

    [Fact]
    public void It_starts_the_program_itself_so_that_a_signal_reaches_it()
    {
        var project = XDocument.Parse(Source.Read($"{Project}/Orleans.Agents.Server.csproj"));
        var assembly = project.Descendants("AssemblyName").Single().Value;

        Assert.Equal(["dotnet", $"{assembly}.dll"], JsonSerializer.Deserialize<string[]>(Assert.Single(All("ENTRYPOINT")))!);
        Assert.Matches($@"^dotnet publish {Regex.Escape(Project)} .*--output /published$", Assert.Single(All("RUN")));
        Assert.Contains("--from=build /published/ ./", All("COPY"));
    }

    [Fact]
    public void What_is_copied_is_there_and_is_not_ignored()
    {
        var copied = All("COPY").Where(c => !c.StartsWith("--from", StringComparison.Ordinal))
            .SelectMany(c => c.Split(' ')[..^1]).Select(c => c.TrimEnd('/')).ToList();
        var ignored = Source.Read(".dockerignore").Split('\n');

        Assert.All(copied, c => Assert.True(Path.Exists(Path.Combine(Source.Root, c)), c));
        Assert.Contains("*", ignored);
        Assert.Equal(
            copied.Order(StringComparer.Ordinal),
            ignored.Where(i => i.StartsWith('!')).Select(i => i[1..]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_the_build_refers_to_is_copied() => Assert.All(
        Source.Files("src", "*.csproj").SelectMany(p => XDocument.Parse(Source.Read(p)).Descendants()
            .Select(e => (string?)e.Attribute("Include")).OfType<string>()
            .Where(i => i.StartsWith("..", StringComparison.Ordinal))
            .Select(i => Path.GetRelativePath(Source.Root, Path.GetFullPath(Path.Combine(Source.Root, Path.GetDirectoryName(p)!, i))))),
        i => Assert.StartsWith("src/", i.Replace('\\', '/'), StringComparison.Ordinal));

    [Fact]
    public void Its_ports_are_those_of_the_program() =>
        Assert.Equal($"{NodeProgram.HttpPort} {NodeProgram.SiloPort}", Assert.Single(All("EXPOSE")));

    [Fact]
    public void Its_health_is_asked_for_where_the_program_answers()
    {
        var health = Assert.Single(All("HEALTHCHECK"));
        var command = JsonSerializer.Deserialize<string[]>(health[(health.IndexOf(" CMD ", StringComparison.Ordinal) + 5)..])!;

        Assert.Equal(["bash", "-c"], command[..2]);
        Assert.Contains($"/dev/tcp/127.0.0.1/{NodeProgram.HttpPort} ", command[2], StringComparison.Ordinal);
        Assert.Contains(HealthPath().Match(command[2]).Value, NodeProgram.HealthPaths);
    }

    private static IEnumerable<string> All(string instruction) => Instructions.Where(i => i[0] == instruction).Select(i => i[1]);

    [GeneratedRegex(@"/health/\w+")]
    private static partial Regex HealthPath();
}
