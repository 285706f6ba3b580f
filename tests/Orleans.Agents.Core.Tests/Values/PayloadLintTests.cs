using System.Text;
using System.Text.Json;
using Orleans.Agents.Values;

namespace Orleans.Agents.Core.Tests.Values;

/// <summary>What comes from outside is looked at before it becomes part of a history.</summary>
public sealed class PayloadLintTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("1e400")]
    [InlineData("12345678901234567890123456789012345678901234567890")]
    [InlineData("""{"a":{"a":1},"b":[{"a":1},{"a":2}],"A":1}""")]
    [InlineData("""["\ud83d\ude00","\\ud83d","😀","\u0041"]""")]
    public void What_every_reader_reads_alike_has_no_flaw(string json) => Assert.Null(PayloadLint.Find(Payload.Parse(json)));

    [Theory]
    [InlineData("""{"a":1,"b":2,"a":3}""", "/a", "twice")]
    [InlineData("""{"x":[{},{"a/b":1,"a\u002fb":2}]}""", "/x/1/a\\u002fb", "twice")]
    [InlineData("""{"x":["ok","\ud83d"]}""", "/x/1", "half a surrogate pair")]
    [InlineData("""["\ude00"]""", "/0", "half a surrogate pair")]
    [InlineData("""["\ud83dx\ude00"]""", "/0", "half a surrogate pair")]
    [InlineData("""["\ud83d\n\ude00"]""", "/0", "half a surrogate pair")]
    [InlineData("""{"\ud83d":1}""", "/\\ud83d", "in its name")]
    public void A_flaw_is_told_with_its_path(string json, string path, string what)
    {
        var flaw = PayloadLint.Find(Payload.Parse(json))!;

        Assert.Equal(path, flaw.Path);
        Assert.Contains(what, flaw.What, StringComparison.Ordinal);
    }

    [Fact]
    public void One_name_of_many_that_stands_there_twice_is_found()
    {
        var names = string.Join(',', Enumerable.Range(0, 5_000).Select(i => $"\"n{i}\":{i}"));

        Assert.Null(PayloadLint.Find(Payload.Parse($"{{{names}}}")));
        Assert.Equal("/n4711", PayloadLint.Find(Payload.Parse($"{{{names},\"n4711\":0}}"))!.Path);
    }

    [Fact]
    public void Depth_is_bounded_as_payloads_are()
    {
        var deep = new string('[', Payload.MaxDepth) + new string(']', Payload.MaxDepth);

        Assert.Null(PayloadLint.Find(Payload.Parse(deep)));
        var flaw = PayloadLint.Find(Payload.FromTrusted(Encoding.UTF8.GetBytes($"{{\"a\":{deep}}}")))!;
        Assert.StartsWith("/a/0/0", flaw.Path, StringComparison.Ordinal);
        Assert.Contains("deeper than 64", flaw.What, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_JSON_or_no_UTF_8_is_a_flaw()
    {
        Assert.Contains("JSON", PayloadLint.Find(Payload.FromTrusted("{\"a\":[1,}"u8.ToArray()))!.ToString(), StringComparison.Ordinal);
        Assert.Contains("JSON", PayloadLint.Find(Payload.FromTrusted("1 2"u8.ToArray()))!.What, StringComparison.Ordinal);
        Assert.Contains("UTF-8", PayloadLint.Find(Payload.FromTrusted(new byte[] { (byte)'"', 0xff, (byte)'"' }))!.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_values_have_a_flaw_exactly_when_a_strict_reader_refuses_them()
    {
        var random = new Random(1);
        var strict = new JsonDocumentOptions { MaxDepth = Payload.MaxDepth, AllowDuplicateProperties = false };
        for (var i = 0; i < 3_000; i++)
        {
            var json = Some(random, 4);
            bool isRefused;
            try
            {
                using var read = JsonDocument.Parse(json, strict);
                isRefused = false;
            }
            catch (JsonException)
            {
                isRefused = true;
            }

            Assert.True(isRefused == PayloadLint.Find(Payload.Parse(json)) is not null, json);
        }
    }

    private static string Some(Random random, int depth) => random.Next(depth == 0 ? 2 : 4) switch
    {
        0 => "1.50",
        1 => "\"\\n\\u0041\"",
        2 => $"[{string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => Some(random, depth - 1)))}]",
        _ => $"{{{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => $"\"{(random.Next(2) == 0 ? "a" : "\\u0061")}{random.Next(6)}\":{Some(random, depth - 1)}"))}}}",
    };
}
