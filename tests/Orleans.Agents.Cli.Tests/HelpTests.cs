using System.Runtime.CompilerServices;

namespace Orleans.Agents.Cli.Tests;

/// <summary>What the program teaches, and how it answers those who mistype.</summary>
public sealed class HelpTests : IDisposable
{
    private readonly Workspace workspace = new();

    /// <summary>To write the pages anew, run this with the environment variable <c>AGENTS_UPDATE=1</c>.</summary>
    [Theory]
    [InlineData("agents")]
    [InlineData("run")]
    [InlineData("serve")]
    [InlineData("validate")]
    [InlineData("publish")]
    [InlineData("runs")]
    [InlineData("backup")]
    [InlineData("runs list")]
    [InlineData("runs show")]
    [InlineData("runs events")]
    [InlineData("runs resume")]
    [InlineData("bench")]
    [InlineData("bench w1")]
    [InlineData("bench w2")]
    [InlineData("bench w4")]
    [InlineData("bench w5")]
    [InlineData("bench all")]
    [InlineData("bench check")]
    [InlineData("runs tree")]
    [InlineData("runs cancel")]
    [InlineData("runs decide")]
    [InlineData("runs prune")]
    public async Task The_help_of_a_verb_is_as_it_was_agreed(string verb)
    {
        var page = Path.Combine(Pages(), $"{verb.Replace(' ', '-')}.txt");
        var help = (await workspace.AgentsAsync([.. verb == "agents" ? [] : verb.Split(' '), "--help"])).With(0);
        if (Environment.GetEnvironmentVariable("AGENTS_UPDATE") == "1")
        {
            await File.WriteAllTextAsync(page, help.Out);
        }

        Assert.Equal(await File.ReadAllTextAsync(page), help.Out);
        Assert.Empty(help.Err);
        Assert.All(help.Out.Split('\n'), line => Assert.InRange(line.Length, 0, 120));
    }

    [Theory]
    [InlineData("agents")]
    [InlineData("runs")]
    [InlineData("bench")]
    public async Task A_verb_that_only_holds_verbs_shows_its_help(string verb)
    {
        string[] args = verb == "agents" ? [] : [verb];

        Assert.Equal(
            (await workspace.AgentsAsync([.. args, "-h"])).Out, (await workspace.AgentsAsync(args)).With(0).Out);
    }

    [Fact]
    public async Task Help_is_given_to_those_who_have_typed_something_wrong() =>
        Assert.StartsWith(
            "Runs a workflow",
            (await workspace.AgentsAsync("run", "--bogus", "--help")).With(0).Out,
            StringComparison.Ordinal);

    [Fact]
    public async Task The_version_is_printed() =>
        Assert.Matches(@"^\d+\.\d+\.\d+\n$", (await workspace.AgentsAsync("--version")).With(0).Out);

    [Theory]
    [InlineData("Did you mean 'run'?", "rnu")]
    [InlineData("Did you mean 'list'?", "runs", "lsit")]
    [InlineData("Did you mean '--input'?", "run", "x", "--inptu")]
    [InlineData("contradict", "run", "x", "--memory", "--store", "y")]
    [InlineData("contradict", "run", "x", "--memory", "--detach")]
    [InlineData("contradict", "run", "x", "--quiet", "--verbose")]
    [InlineData("--server and --memory contradict", "run", "x", "--memory", "--server", "http://h")]
    [InlineData("--server and --store contradict", "runs", "list", "--store", "y", "--server", "http://h")]
    [InlineData("--server is no address", "runs", "list", "--server", "h:8080")]
    [InlineData("--server is no address", "runs", "list", "--server", "")]
    [InlineData("more than an address", "runs", "list", "--server", "http://me:secret@h")]
    [InlineData("--all is for stores", "runs", "resume", "--all", "--server", "http://h")]
    [InlineData("--api-key is for a gateway", "runs", "list", "--api-key", "k")]
    [InlineData("cannot be read", "runs", "list", "--server", "http://h", "--api-key", "@none")]
    [InlineData("no secret that can be sent", "runs", "list", "--server", "http://h", "--api-key", "a secret")]
    [InlineData("expected a number from 1 to 1000", "runs", "list", "--limit", "many")]
    [InlineData("not both", "runs", "resume", "x", "--all")]
    [InlineData("not both", "runs", "resume")]
    [InlineData("Say what to keep", "runs", "prune")]
    [InlineData("expected a duration", "runs", "prune", "--older-than", "a month")]
    [InlineData("names no host", "runs", "list", "--store", "Host=;Database=x")]
    [InlineData("a URL of something else", "runs", "list", "--store", "mysql://db/x")]
    [InlineData("does not know", "runs", "list", "--store", "postgres://db/x?colour=red")]
    [InlineData("does not know", "runs", "list", "--store", "postgres://db:many/x")]
    [InlineData("does not know", "runs", "list", "--store", "Hst=db;Database=x")]
    [InlineData("'--to' is required", "backup")]
    [InlineData("There is no store to copy", "backup", "--to", "copy.db")]
    [InlineData("pg_dump", "backup", "--store", "postgres://db/x", "--to", "copy.db")]
    [InlineData("--key is empty", "run", "w.yaml", "--key", "")]
    [InlineData("Required argument 'path' missing", "run")]
    [InlineData("--profile is 'nonsense'; expected dev-safe or prod-safe.", "validate", "x", "--profile", "nonsense")]
    [InlineData("expected running, suspended, succeeded or failed. Did you mean 'suspended'?", "runs", "list", "--status", "suspendd")]
    public async Task A_mistake_in_typing_is_explained(string explanation, params string[] args)
    {
        workspace.Write("w.yaml", Samples.Echo);
        var ended = (await workspace.AgentsAsync(args)).With(2);

        Assert.Contains(explanation, ended.Err, StringComparison.Ordinal);
        Assert.DoesNotContain("secret@", ended.Err, StringComparison.Ordinal);
        Assert.Equal("cli.usage", ended.FailureCode);
    }

    public void Dispose() => workspace.Dispose();

    private static string Pages([CallerFilePath] string path = "") =>
        Path.Combine(Path.GetDirectoryName(path)!, "Help");
}
