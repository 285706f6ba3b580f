using System.Text.Json;

namespace Orleans.Agents.Samples.Tests;

/// <summary>The sample in the files of another runtime, run by the command as it is shipped.</summary>
public sealed class FlatMachineTests : IDisposable
{
    private static readonly string Sample = Path.Combine(Repository.Root, "samples", "flatmachine");

    private readonly ScratchFolder folder = new();

    [Fact]
    public async Task A_dinner_is_thought_up_criticized_and_every_guest_is_invited()
    {
        var ended = await DineAsync("""{"season":"autumn","guests":["Ada","Ben"]}""");

        Assert.Equal(
            """
            {"dish":"autumn soup, with roasted nuts","letters":["Dear Ada, come for autumn soup, with roasted nuts.","Dear Ben, come for autumn soup, with roasted nuts."],"tries":2}
            """.Trim(),
            ended.Output.Trim());
    }

    [Fact]
    public async Task The_model_that_is_busy_is_asked_again_and_each_letter_is_a_run()
    {
        await DineAsync("""{"season":"spring","guests":["Ada","Ben","Cleo"]}""");

        var events = await AgentsAsync("runs", "events", "dinner");
        var failed = Assert.Single(events.EnumerateArray(), e => e.GetProperty("type").GetString() == "activity.failed");
        Assert.Equal("model.rate_limited", failed.GetProperty("failure").GetProperty("code").GetString());
        var tree = await AgentsAsync("runs", "tree", "dinner");
        Assert.All(
            tree.GetProperty("children").EnumerateArray(),
            child => Assert.Equal("succeeded", child.GetProperty("status").GetString()));
        Assert.Equal(3, tree.GetProperty("children").GetArrayLength());
    }

    [Fact]
    public async Task A_dinner_without_guests_writes_no_letters()
    {
        var ended = await DineAsync("""{"season":"winter","guests":[]}""");

        Assert.Equal("""{"dish":"winter soup, with roasted nuts","letters":[],"tries":2}""", ended.Output.Trim());
    }

    public void Dispose() => folder.Dispose();

    private async Task<Command> DineAsync(string input)
    {
        var ended = await Command.RunAsync(
            folder.Path,
            "dotnet",
            [Command.Agents, "run", Path.Combine(Sample, "machine.yml"), "--answers", Path.Combine(Sample, "answers"), "--id", "dinner", "--input", input]);
        Assert.True(ended.ExitCode == 0, ended.ToString());
        return ended;
    }

    private async Task<JsonElement> AgentsAsync(params string[] arguments)
    {
        var ended = await Command.RunAsync(folder.Path, "dotnet", [Command.Agents, .. arguments]);
        Assert.True(ended.ExitCode == 0, ended.ToString());
        return JsonElement.Parse(ended.Output);
    }
}
