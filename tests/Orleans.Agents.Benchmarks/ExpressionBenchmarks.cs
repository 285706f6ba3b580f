using BenchmarkDotNet.Attributes;
using Orleans.Agents.Expressions;
using Orleans.Agents.Values;

namespace Orleans.Agents.Benchmarks;

/// <summary>The expression language: reading one, testing one, rendering a template of several.</summary>
public class ExpressionBenchmarks
{
    private readonly string text = "context.score >= 8 and context.score < 9.5";

    private static readonly Scope Scope = Scope.Empty with
    {
        Input = Payload.Parse("""{"text":"hello"}"""),
        Context = Scope.Empty.Context.Add("score", Payload.Parse("8.25")).Add("n", Payload.Parse("41")),
    };

    private readonly Expression condition = Parsed("context.score >= 8 and context.score < 9.5");
    private readonly Template template =
        Template.TryCompile(
            Payload.Parse("""{"n":"${{ context.n + 1 }}","text":"${{ input.text }}"}"""), ExpressionNames.All, out var compiled, out _)
            ? compiled
            : throw new InvalidOperationException("The template is not one.");

    [Benchmark]
    public Expression Parse() => Parsed(text);

    [Benchmark]
    public bool Test() => condition.TryTest(Scope, out var holds, out _) && holds;

    [Benchmark]
    public Payload Render() => template.TryRender(Scope, out var rendered, out _) ? rendered : default;

    private static Expression Parsed(string text) => Expression.TryParse(text, ExpressionNames.All, out var expression, out _)
        ? expression
        : throw new InvalidOperationException("The expression is not one.");
}
