using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.Definitions.FlatMachines.Jinja;
using Orleans.Agents.Expressions;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.FlatMachines;

/// <summary>Templates of another runtime, translated and then rendered: they say what they say there.</summary>
public sealed class JinjaTests
{
    private static readonly JsonElement[] Cases =
        [.. JsonElement.Parse(File.ReadAllText(Path.Combine(FlatHouse.Folder, "..", "jinja.json"))).EnumerateArray()];

    public static TheoryData<int, string> Numbers
    {
        get
        {
            var numbers = new TheoryData<int, string>();
            for (var i = 0; i < Cases.Length; i++)
            {
                numbers.Add(i, Cases[i].GetProperty("of").GetString()!);
            }

            return numbers;
        }
    }

    [Theory, MemberData(nameof(Numbers))]
    public void A_text_is_the_same(int number, string of)
    {
        var given = Cases[number];
        var rendered = Rendered(
            given.GetProperty("template").GetString()!, new Scope { Input = Payload.Parse(given.GetProperty("input").GetRawText()) });

        Assert.True(rendered.TryGetText(out var text) || (text = rendered.ToDisplayText()) is not null, of);
        Assert.Equal(given.GetProperty("expected").GetString(), text);
    }

    [Theory]
    [InlineData("{{ input.n }}", "1")]
    [InlineData("{{ input.l }}\n", "[1,2]")]
    [InlineData("{{ input.l | tojson }}", "[1,2]")]
    [InlineData("{{ input.nothing }}", "null")]
    [InlineData("{{ (input.l + [input.n]) | tojson }}", "[1,2,1]")]
    [InlineData("{{ input.n == 1 }}", "true")]
    [InlineData("{{ {'a': input.n} }}", "{\"a\":1}")]
    [InlineData("{%- if input.n -%}\n{{ input.l }}\n{%- else -%}\nnone\n{%- endif -%}", "[1,2]")]
    [InlineData("n = {{ input.l }}", "\"n = [1,2]\"")]
    [InlineData("{{ input.a or input.n }}", "1")]
    [InlineData("{{ not input.n }}", "false")]
    [InlineData("{{ input.l[5] }}", "null")]
    public void A_value_that_is_one_template_keeps_its_type(string template, string expected) =>
        Assert.Equal(expected, Rendered(template, new Scope { Input = Payload.Parse("""{"n":1,"l":[1,2]}""") }).ToString());

    [Theory]
    [InlineData("output.content", "\"said\"")]
    [InlineData("output.other", "null")]
    [InlineData("output", "{\"content\":\"said\"}")]
    [InlineData("output.next or output.content", "\"said\"")]
    [InlineData("output.content is defined", "true")]
    [InlineData("content", "\"said\"")]
    public void A_text_is_the_content_of_an_output(string expression, string expected)
    {
        var emission = JinjaTranslation.Of($"{{{{ {expression} }}}}", JinjaNames.Same with { IsText = true, KnowsContent = true });

        Assert.Equal(expected, Rendered(emission, new Scope { Output = Payload.FromText("said") }).ToString());
    }

    [Theory]
    [InlineData("context.n", true)]
    [InlineData("context.zero", false)]
    [InlineData("context.empty", false)]
    [InlineData("context.missing", false)]
    [InlineData("not context.missing", true)]
    [InlineData("context.n >= 2 and context.n < 3", true)]
    [InlineData("context.missing == None", true)]
    [InlineData("context.missing == null or context.n", true)]
    [InlineData("context.text == '/quit'", true)]
    [InlineData("context.text != \"/quit\"", false)]
    [InlineData("(context.n + 1) * 2 == 6", true)]
    [InlineData("context['n'] == 2", true)]
    [InlineData("context.n == 2 == true", false)]
    public void A_condition_counts_as_true_as_it_does_there(string condition, bool expected)
    {
        var emission = JinjaTranslation.OfCondition(condition, JinjaNames.Same);
        Assert.Null(emission.Error);
        Assert.True(Expression.TryParse(emission.Text, ExpressionNames.All, out var parsed, out var error), error?.Message);
        var scope = new Scope
        {
            Context = ImmutableSortedDictionary.Create<string, Payload>(StringComparer.Ordinal)
                .Add("n", Payload.Parse("2"))
                .Add("zero", Payload.Parse("0"))
                .Add("empty", Payload.Parse("[]"))
                .Add("text", Payload.FromText("/quit")),
        };

        Assert.True(parsed!.TryTest(scope, out var holds, out var broken), broken?.Message);
        Assert.Equal(expected, holds);
    }

    [Theory]
    [InlineData("{{ input.a", 0, "`{{` is not closed")]
    [InlineData("x {% if input.a %}y", 5, "`if` is not closed where it should be")]
    [InlineData("{% endif %}", 3, "Nothing is open that `endif` could end")]
    [InlineData("{% include 'x' %}", 3, "`{% include %}` has no equal here")]
    [InlineData("{{ input.a | wordwrap }}", 13, "The filter `wordwrap` has no equal here")]
    [InlineData("{{ input.a | upcase }}", 13, "The filter `upcase` has no equal here")]
    [InlineData("{{ input.a is callable }}", 14, "The test `callable` has no equal here")]
    [InlineData("{{ input.a.format(1) }}", 10, "The method `format` has no equal here")]
    [InlineData("{{ range(3) }}", 3, "Found `range` where it cannot stand")]
    [InlineData("{{ 2 ** 3 }}", 5, "`**` has no equal here")]
    [InlineData("{{ input.a b }}", 11, "Found `b` where it cannot stand")]
    [InlineData("{{ 'abc }}", 0, "`{{` is not closed")]
    [InlineData("{{ }}", 3, "Found the end where it cannot stand")]
    [InlineData("{% for a, b, c in input.l %}{% endfor %}", 26, "Found the end where it cannot stand")]
    [InlineData("{{ input.a § 1 }}", 11, "`§` means nothing here")]
    [InlineData("{{ input.a | truncate(5) }}", 13, "`truncate` between words has no equal here")]
    [InlineData("{% for x in input.l %}{{ loop.cycle }}{% endfor %}", 25, "`loop.cycle` has no equal here")]
    public void What_has_no_equal_is_told_at_its_place(string template, int at, string message)
    {
        var error = JinjaTranslation.Of(template, JinjaNames.Same).Error;

        Assert.NotNull(error);
        Assert.Equal((at, message), (error.At, error.Message));
    }

    [Theory]
    [InlineData(100_000, "{{ ", "not ", "1 }}")]
    [InlineData(100_000, "{{ 1", " | abs", " }}")]
    [InlineData(100_000, "{{ 1", " + 1", " }}")]
    [InlineData(100_000, "{{ ", "(", "")]
    [InlineData(100_000, "{{ input", ".a", " }}")]
    [InlineData(100_000, "", "{% if 1 %}", "")]
    [InlineData(100_000, "{{ ", "-", "1 }}")]
    public void What_goes_too_deep_is_refused_and_harms_nobody(int times, string before, string repeated, string after) =>
        Assert.NotNull(JinjaTranslation.Of($"{before}{string.Concat(Enumerable.Repeat(repeated, times))}{after}", JinjaNames.Same).Error);

    private static Value Rendered(string template, Scope scope) =>
        Rendered(JinjaTranslation.Of(template, JinjaNames.Same), scope);

    private static Value Rendered(Emission emission, Scope scope)
    {
        Assert.Null(emission.Error);
        Assert.True(
            Template.TryCompile(Payload.FromText(emission.Text), ExpressionNames.All, out var compiled, out var errors),
            $"{emission.Text}: {errors.Select(e => e.Error.Message).FirstOrDefault()}");
        Assert.True(compiled!.TryRender(scope, out var rendered, out var broken), $"{emission.Text}: {broken?.Message}");
        return Value.From(rendered);
    }
}
