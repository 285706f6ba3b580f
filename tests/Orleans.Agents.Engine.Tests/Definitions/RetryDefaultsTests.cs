using Orleans.Agents.Definitions;

namespace Orleans.Agents.Engine.Tests.Definitions;

public sealed class RetryDefaultsTests
{
    private const string Head = "apiVersion: orleans.agents/v1\nkind: Policy\nmetadata: { name: mine }\nspec: ";

    [Fact]
    public void The_shipped_rule_tries_three_times_with_growing_pauses()
    {
        var rule = RetryDefaults.Shipped;

        Assert.Equal((3, 2m, 0.2m), (rule.Attempts, rule.Factor, rule.Jitter));
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30)), (rule.Backoff, rule.Max));
        Assert.Equal(["transient", "timeout"], rule.On.ToArray());
    }

    [Fact]
    public void The_shipped_rule_lies_beside_the_program_to_be_edited()
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, RetryDefaults.FileName));

        Assert.Empty(RetryDefaults.Read(new DefinitionText(RetryDefaults.FileName, text), out var rule));
        Assert.Equal(RetryDefaults.Shipped with { On = rule.On }, rule);
    }

    [Fact]
    public void An_edited_rule_may_leave_things_out()
    {
        Assert.Empty(
            RetryDefaults.Read(new DefinitionText("mine.yaml", Head + "{ retry: { attempts: 9 } }"), out var rule));

        Assert.Equal(RetryDefaults.Shipped with { Attempts = 9 }, rule);
    }

    [Theory]
    [InlineData("{ retry: { attempts: none } }", DiagnosticCode.WrongType)]
    [InlineData("{ }", DiagnosticCode.MissingField)]
    [InlineData("[", DiagnosticCode.YamlSyntax)]
    public void A_file_that_is_no_rule_is_refused(string spec, string code)
    {
        var diagnostics = RetryDefaults.Read(new DefinitionText("mine.yaml", Head + spec), out var rule);

        Assert.Equal(code, Assert.Single(diagnostics).Code);
        Assert.Same(RetryDefaults.Shipped, rule);
    }
}
