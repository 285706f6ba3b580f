using System.Text;
using Orleans.Agents.Core.Tests.Values;
using Orleans.Agents.Expressions;
using Orleans.Agents.Values;

namespace Orleans.Agents.Core.Tests.Expressions;

public sealed class ExpressionFuzzTests
{
    private static readonly string[] Words =
    [
        "context", "input", "output", ".a", ".b", ".0", ".length", "[0]", "['a']", "[-1]", "(", ")", "[", "]", "{", "}",
        ",",
        ":", "?", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "!", " and ", " or ", " not ", " in ", "+", "-",
        "*", "/",
        "%", "1", "0", "2.5", "9223372036854775807", "'a'", "\"b\"", "''", "true", "null", "None", "x", "{a: 1}",
        "size(", "has(", "matches(", "find(", "at(", "slice(", "entries(", "lower(", "split(", "join(", "first(", "default(", "json(", "number(", "string(",
        "sum(", "min(", "max(", "round(", ".map(x,", ".filter(x,", ".exists(x,", ".all(x,", "\\", "'", "$", "\u00e9",
        "\ud83d", "a-b", " ",
    ];

    private static readonly string[] Seeds =
    [
        "context.a >= 8 and not (input.b in ['x', 'y'])", "input.l.map(x, x * 2 + 1).filter(y, y > 3).length == 2",
        "default(context.a.b[0], {a: [1, 2.5], 'b': null}).a[1]", "1 + 2 * -3 <= input.length || !true",
        "matches('ab', input.a) ? 1 : -2",
        "round(sum(context.a) / 3.0, 2) % max(1, 2) == min([3])",
        "join(split(upper(trim(input.a)), ','), \"-\") + 'é\\n'",
    ];

    [Fact]
    public void Any_text_is_an_expression_or_an_error_inside_it()
    {
        var chance = new Random(20_261_121);
        var scopes = Enumerable.Range(0, 16).Select(_ => RandomScope(chance)).ToArray();
        int parsed = 0, yielded = 0, failed = 0;
        for (var round = 0; round < 100_000; round++)
        {
            var text = chance.Next(2) == 0 ? RandomText(chance) : Mutate(Seeds[chance.Next(Seeds.Length)], chance);
            if (!Expression.TryParse(text, ExpressionNames.All, out var expression, out var error))
            {
                Assert.InRange(error.Offset, 0, text.Length);
                Assert.InRange(error.Offset + error.Length, error.Offset, text.Length);
                Assert.NotEmpty(error.Message);
                continue;
            }

            parsed++;
            var succeeded = expression.TryEvaluate(scopes[chance.Next(scopes.Length)], out var value, out var failure);
            Assert.Equal(succeeded, failure is null);
            yielded += succeeded ? 1 : 0;
            failed += succeeded ? 0 : 1;
            if (succeeded)
            {
                Assert.True(Payload.TryParse(value.ToPayload().Utf8, out _, out var problem), $"{text}: {problem}");
            }
            else
            {
                Assert.InRange(failure!.Offset, 0, text.Length);
            }
        }

        // Chance must have reached all three ends, or this test says nothing.
        Assert.True(parsed > 4_000 && yielded > 2_000 && failed > 500, $"{parsed} {yielded} {failed}");
    }

    [Fact]
    public void Any_json_is_a_template_or_has_errors()
    {
        var chance = new Random(5);
        var scopes = Enumerable.Range(0, 8).Select(_ => RandomScope(chance)).ToArray();
        var rendered = 0;
        for (var round = 0; round < 10_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, chance.Next(1, 4)).Select(_ =>
                chance.Next(3) switch { 0 => "$${{", 1 => "a\"\u00e9}}", _ => $"${{{{{RandomText(chance)}}}}}" }));
            var json = Payload.Parse($"[{RandomJson.Next(chance, 2)}, {{\"a\": {Payload.FromText(text)}}}]");
            if (Template.TryCompile(json, ExpressionNames.All, out var template, out var errors)
                && template.TryRender(scopes[chance.Next(scopes.Length)], out var payload, out _))
            {
                rendered++;
                Assert.True(Payload.TryParse(payload.Utf8, out _, out var problem), $"{json}: {problem}");
            }

            Assert.Equal(template is null, errors.Length > 0);
        }

        Assert.True(rendered > 1_000, $"{rendered}");
    }

    private static string RandomText(Random chance)
    {
        var text = new StringBuilder();
        for (var count = chance.Next(1, 6); count > 0; count--)
        {
            text.Append(Words[chance.Next(Words.Length)]);
        }

        return text.ToString();
    }

    private static string Mutate(string seed, Random chance)
    {
        var text = new StringBuilder(seed);
        for (var count = chance.Next(1, 4); count > 0; count--)
        {
            var at = chance.Next(text.Length);
            switch (chance.Next(3))
            {
                case 0:
                    text.Remove(at, Math.Min(chance.Next(1, 4), text.Length - at - (text.Length == 1 ? 1 : 0)));
                    text.Append(' ');
                    break;
                case 1:
                    text.Insert(at, Words[chance.Next(Words.Length)]);
                    break;
                default:
                    text[at] = (char)chance.Next(32, 127);
                    break;
            }
        }

        return text.ToString();
    }

    private static Scope RandomScope(Random chance) => new()
    {
        Input = Payload.Parse(RandomJson.Next(chance, 3)),
        Output = Payload.Parse(RandomJson.Next(chance, 3)),
        Context = Spoken.Context(("a", RandomJson.Next(chance, 3)), ("b", RandomJson.Next(chance, 2))),
    };
}
