using Orleans.Agents.Expressions;
using Orleans.Agents.Values;

namespace Orleans.Agents.Core.Tests.Expressions;

public sealed class TemplateTests
{
    [Theory]
    [InlineData("""{"a": "${{ input.d }}"}""", """{"a": 2.50}""")]
    [InlineData("\"${{input.list}}\"", "[3, 1, 2]")]
    [InlineData("\"${{  input.mixed[3]\\n}}\"", """{"k": [1, 2]}""")]
    [InlineData("\" ${{ input.n }}\"", "\" 7\"")]
    [InlineData("\"${{ input.nowhere }}\"", "null")]
    [InlineData("\"<${{ input.nowhere }}>\"", "\"<>\"")]
    [InlineData("\"${{ 1 }}${{ 2 }}\"", "\"12\"")]
    [InlineData("\"Hello ${{ input.text }}, ${{ input.yes }} ${{ input.mixed }} ${{ [1, input.list] }}!\"",
        "\"Hello Grüße, true [1,\\\"a\\\",null,{\\\"k\\\":[1,2]}] [1,[3,1,2]]!\"")]
    [InlineData("\"say \\\"${{ input.escaped }}\\\"\"", "\"say \\\"a\\né\\uD83D\\uDE00\\\"\\\\/\\b\\f\\r\\t\\\"\"")]
    [InlineData("\"${{ {a: {b: '}}'}} }}\"", """{"a":{"b":"}}"}}""")]
    [InlineData("\"${{{a: {b: 1}}}}\"", """{"a":{"b":1}}""")]
    [InlineData("\"${{ \\\"}}\\\" }}x\"", "\"}}x\"")]
    [InlineData("\"${{ '\\\\'}}' }}x\"", "\"'}}x\"")]
    [InlineData("\"\\u0024{{ input.n }}\"", "7")]
    [InlineData("\"$${{ input.n }}\"", "\"${{ input.n }}\"")]
    [InlineData("\"$${{ ${{ input.n }} }}\"", "\"${{ 7 }}\"")]
    [InlineData("\"$$${{ input.n }}\"", "\"$${{ input.n }}\"")]
    [InlineData("[ \"$\", \"${\", \"{{ a }}\", \"$ {{ a }}\", \"}}\", \"\\u00e9\" , 1.0]",
        "[ \"$\", \"${\", \"{{ a }}\", \"$ {{ a }}\", \"}}\", \"\\u00e9\" , 1.0]")]
    [InlineData("""{ "${{ input.n }}" : [1e3, "${{ 'k' }}" , { } ] , "z":12345678901234567890123}""",
        """{ "${{ input.n }}" : [1e3, "k" , { } ] , "z":12345678901234567890123}""")]
    public void A_template_renders_its_expressions_and_nothing_else(string json, string expected)
    {
        Assert.True(Template.TryCompile(Payload.Parse(json), ExpressionNames.All, out var template, out var errors));
        Assert.Empty(errors);
        Assert.True(template.TryRender(Spoken.Scope, out var payload, out var failure), failure?.Message);
        Assert.Equal(expected, payload.ToString());
        Assert.True(Payload.TryParse(payload.Utf8, out _, out _));
    }

    [Fact]
    public void A_template_without_expressions_is_constant()
    {
        var json = Payload.Parse("""{"a": [1.0, "x $${{ y }}"]}""");
        Assert.True(Template.TryCompile(json, ExpressionNames.Of(), out var template, out _));
        Assert.True(template.IsConstant);
        Assert.Empty(template.Roots);
        Assert.True(template.TryRender(Scope.Empty, out var payload, out _));
        Assert.Equal("""{"a": [1.0, "x ${{ y }}"]}""", payload.ToString());

        var literal = Template.Constant(Payload.FromText("${{ input.n }}"));
        Assert.True(literal.IsConstant);
        Assert.True(literal.TryRender(Spoken.Scope, out payload, out _));
        Assert.Equal("\"${{ input.n }}\"", payload.ToString());
        Assert.True(Template.Constant(default).TryRender(Spoken.Scope, out payload, out _));
        Assert.True(payload.IsNull);
    }

    [Fact]
    public void A_template_tells_where_its_expressions_stand_and_what_they_use()
    {
        var json = Payload.Parse(
            """{"a": [1, {"b c": "é ${{ context.x.y }} ${{input.z}}"}, []], "d": "${{ run.id }}"}""");
        Assert.True(Template.TryCompile(json, ExpressionNames.All, out var template, out _));
        Assert.False(template.IsConstant);
        Assert.Equal(["context", "input", "run"], template.Roots);
        Assert.Equal(["context.x.y", "input.z", "run.id"], template.Paths.Select(path => path.ToString()));
        Assert.Equal(
            ["a/1/b c@6 context.x.y", "a/1/b c@24 input.z", "d@4 run.id"],
            template.Expressions.Select(one => $"{string.Join('/', one.Path)}@{one.Offset} {one.Expression}"));
    }

    [Fact]
    public void All_errors_are_found_with_their_place()
    {
        var json = Payload.Parse(
            """
            {"ok": "${{ 1 }}", "l": ["${{ 1 + }}", 2, "x ${{ inptu.a }} y ${{ nope( }}"], "u": "a ${{ b",
             "q": "${{ 'x }} z"}
            """);
        Assert.False(Template.TryCompile(json, ExpressionNames.All, out var template, out var errors));
        Assert.Null(template);
        Assert.Equal(
            [
                "l/0@7 expression.syntax", "l/2@6 expression.name", "l/2@23 expression.function",
                "u@2 expression.syntax", "q@0 expression.syntax",
            ],
            errors.Select(error => $"{string.Join('/', error.Path)}@{error.Offset} {error.Error.Code}"));
        Assert.Equal("input", errors[1].Error.Suggestion);
        Assert.False(Template.TryCompile(Payload.FromText("${{"), ExpressionNames.All, out _, out errors));
        Assert.Empty(Assert.Single(errors).Path);
    }

    [Theory]
    [InlineData("\"${{ 1 / input.z }}\"", ExpressionCodes.Range)]
    [InlineData("[\"${{ 1 / input.z }}\"]", ExpressionCodes.Range)]
    [InlineData("\"x ${{ input.n + input.text }}\"", ExpressionCodes.Type)]
    public void A_failing_expression_fails_the_template(string json, string code)
    {
        Assert.True(Template.TryCompile(Payload.Parse(json), ExpressionNames.All, out var template, out _));
        Assert.False(template.TryRender(Spoken.Scope, out var payload, out var failure));
        Assert.Equal(code, failure.Code);
        Assert.True(payload.IsNull);
    }

    [Theory]
    [InlineData("\"${{ input.wide }}\"")]
    [InlineData("[\"${{ input.half }}\", \"${{ input.half }}\"]")]
    [InlineData("\"x ${{ input.wide }}\"")]
    [InlineData("\"x ${{ input.list }}\"")]
    [InlineData("[[\"${{ input.deep }}\"]]")]
    [InlineData("[\"${{ [input.half, input.half, 'x'] }}\"]")]
    public void What_is_rendered_is_bounded(string json)
    {
        var half = new string('x', (ExpressionLimits.MaxBytes / 2) - 2);
        var scope = Spoken.With(
            $$"""
            {"wide": "{{half}}{{half}}1234", "half": "{{half}}", "deep": {{new string('[', 63)}}{{new string(']', 63)}},
             "list": ["{{half}}{{half}}"]}
            """);
        Assert.True(Template.TryCompile(Payload.Parse(json), ExpressionNames.All, out var template, out _));
        Assert.False(template.TryRender(scope, out _, out var failure));
        Assert.Equal(ExpressionCodes.Limit, failure.Code);
    }

    [Fact]
    public void The_work_of_all_expressions_of_a_template_counts_together()
    {
        var one = "\"${{ input.all(x, input.all(y, true)) }}\"";
        var scope = new Scope { Input = Payload.Parse($"[{string.Join(',', Enumerable.Range(0, 500))}]") };
        Assert.True(Template.TryCompile(Payload.Parse($"[{one}]"), ExpressionNames.All, out var once, out _));
        Assert.True(once.TryRender(scope, out var payload, out _));
        Assert.Equal("[true]", payload.ToString());
        var many = Payload.Parse($"[{string.Join(',', Enumerable.Repeat(one, 8))}]");
        Assert.True(Template.TryCompile(many, ExpressionNames.All, out var often, out _));
        Assert.False(often.TryRender(scope, out _, out var failure));
        Assert.Equal(ExpressionCodes.Limit, failure.Code);
    }
}
