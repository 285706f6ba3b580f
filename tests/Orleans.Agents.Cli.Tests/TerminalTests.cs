namespace Orleans.Agents.Cli.Tests;

/// <summary>What people see at a terminal.</summary>
public sealed class TerminalTests : IDisposable
{
    private readonly Workspace workspace = new();

    [Fact]
    public async Task At_a_terminal_the_output_is_laid_out_and_the_states_are_told()
    {
        workspace.Write("w.yaml", Samples.Count);
        var ended = (await workspace.AtTerminalAsync("run w.yaml --set from=1")).With(0);

        Assert.Contains("{\r\n  \"n\": 3\r\n}\r\n", ended.Out, StringComparison.Ordinal);
        Assert.Contains("Review cycle 2 of 2", ended.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_a_terminal_too_json_is_one_line_when_it_is_asked_for()
    {
        workspace.Write("w.yaml", Samples.Count);

        Assert.Contains(
            "{\"n\":3}\r\n",
            (await workspace.AtTerminalAsync("run w.yaml --set from=1 --json")).With(0).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Colours_are_for_terminals_whose_owner_wants_them()
    {
        workspace.Write("w.yaml", Samples.Echo);
        var colourful = await workspace.AtTerminalAsync("run w.yaml");
        workspace.Environment["NO_COLOR"] = "1";
        var plain = await workspace.AtTerminalAsync("run w.yaml");
        var piped = await workspace.AgentsAsync("run", "w.yaml", "--verbose");

        Assert.Contains("\e[32m", colourful.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[", plain.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[", piped.Err + piped.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_and_plans_are_tables()
    {
        workspace.Write("w.yaml", Samples.Count);
        await workspace.AgentsAsync("run", "w.yaml", "--set", "from=1", "--id", "counted");

        Assert.StartsWith("RUN ", (await workspace.AtTerminalAsync("runs list")).With(0).Out, StringComparison.Ordinal);
        Assert.Contains(
            "Review cycle 2 of 2, at its bound",
            (await workspace.AtTerminalAsync("runs show counted")).With(0).Out,
            StringComparison.Ordinal);
        var plan = (await workspace.AtTerminalAsync("validate w.yaml --plan")).With(0).Out;
        Assert.Contains("agent adder (offline)", plan, StringComparison.Ordinal);
        Assert.Contains("review when run.cycle.remaining > 0; done", plan, StringComparison.Ordinal);
        Assert.Contains("1 workflow, 0 errors, 0 warnings", plan, StringComparison.Ordinal);
    }

    public void Dispose() => workspace.Dispose();
}
