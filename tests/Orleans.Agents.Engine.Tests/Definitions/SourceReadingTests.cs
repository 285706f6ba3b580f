using Orleans.Agents.Definitions;
using Orleans.Agents.Definitions.Sources;

namespace Orleans.Agents.Engine.Tests.Definitions;

public sealed class SourceReadingTests
{
    [Theory]
    [InlineData("yes", "\"yes\"")]
    [InlineData("on", "\"on\"")]
    [InlineData("12:30", "\"12:30\"")]
    [InlineData("true", "true")]
    [InlineData("False", "false")]
    [InlineData("~", "null")]
    [InlineData("", "null")]
    [InlineData("'null'", "\"null\"")]
    [InlineData("\"1\"", "\"1\"")]
    [InlineData("!!str 1", "\"1\"")]
    [InlineData("! 1", "\"1\"")]
    [InlineData("!!int 1", "1")]
    [InlineData("1.0", "1.0")]
    [InlineData("1.50e3", "1.50e3")]
    [InlineData("-0", "-0")]
    [InlineData("+7", "7")]
    [InlineData("007", "7")]
    [InlineData("000", "0")]
    [InlineData(".5", "0.5")]
    [InlineData("5.", "5.0")]
    [InlineData("0x1F", "31")]
    [InlineData("0xFFFFFFFFFFFFFFFFFFFF", "1208925819614629174706175")]
    [InlineData("0o17", "15")]
    [InlineData("0o18", "\"0o18\"")]
    [InlineData("12345678901234567890123", "12345678901234567890123")]
    [InlineData("1e", "\"1e\"")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData(".", "\".\"")]
    [InlineData("-", "[null]")]
    [InlineData("- a\n- [b, {c: d}]", """["a",["b",{"c":"d"}]]""")]
    [InlineData("{b: 1, a: 2}", """{"a":2,"b":1}""")]
    [InlineData("|\n  a\n  b", "\"a\\nb\\n\"")]
    [InlineData("&x [1]", "[1]")]
    [InlineData("[&x 1, *x]", "[1,1]")]
    public void Yaml_means_what_its_core_schema_says(string yaml, string json)
    {
        var findings = new Findings(strict: true);

        var node = Assert.Single(YamlSource.Read(new SourceFile("a", $"---\n{yaml}\n"), findings));

        Assert.Empty(findings.InOrder());
        Assert.Equal(json, CanonicalJson.Of(node).ToString());
    }

    [Theory]
    [InlineData("!!int x")]
    [InlineData("!!str [a]")]
    [InlineData("!!map [a]")]
    [InlineData("!x {}")]
    public void A_tag_that_does_not_fit_is_refused(string yaml) =>
        Assert.Equal([DiagnosticCode.UnknownTag], Codes(yaml, f => YamlSource.Read(f.File, f.Findings)));

    [Theory]
    [InlineData("{\"a\":1,}", "json.syntax", 1, 8)]
    [InlineData("{\n  \"é\": tru\n}", "json.syntax", 2, 11)]
    [InlineData("{\"a\":1} x", "json.syntax", 1, 9)]
    [InlineData("", "json.syntax", 1, 1)]
    [InlineData("// a\n{}", "json.syntax", 1, 1)]
    [InlineData("{\"a\":1,\n \"a\":2}", "yaml.duplicate_key", 2, 2)]
    [InlineData("{\"é😀\":\"\\ud800\"}", "yaml.not_json", 1, 8)]
    public void Json_that_is_wrong_is_refused_where_it_is_wrong(string json, string code, int line, int column)
    {
        var findings = new Findings(strict: true);

        JsonSource.Read(new SourceFile("a.json", json), findings);

        var found = findings.InOrder().First();
        Assert.Equal((code, line, column), (found.Code, found.Line, found.Column));
    }

    [Fact]
    public void Json_has_positions()
    {
        var root = JsonSource.Read(
            new SourceFile("a.json", "{\r\n  \"é😀\": [1,\n  {\"b\": \"x\\u0041${{\"}]}"), new Findings(true))[0];

        var list = root.Members[0].Value;
        Assert.Equal(new Position(2, 3), root.Members[0].Key.Position);
        Assert.Equal(new Position(2, 10), list.Position);
        Assert.Equal(new Position(3, 9), list.Items[1].Members[0].Value.Position);
        Assert.Equal(new Position(3, 17), list.Items[1].Members[0].Value.PositionOf(2));
    }

    [Theory]
    [InlineData("a: x  ${{ y", 3, 1, 7)]
    [InlineData("a: 'it''s ${{'", 5, 1, 11)]
    [InlineData("a: \"\\u00e9\\t${{\"", 2, 1, 13)]
    [InlineData("a: |\n   one\n   two ${{", 8, 3, 8)]
    [InlineData("a: |2\n    one\n  two ${{", 10, 3, 7)]
    [InlineData("a: >\n  one\n  two\n\n  three ${{", 14, 5, 9)]
    [InlineData("a: one\n  two ${{", 8, 2, 7)]
    [InlineData("a: &x !!str  y ${{", 2, 1, 16)]
    [InlineData("a: \"one \\\n   two ${{\"", 8, 2, 8)]
    public void A_character_of_a_text_is_found_in_its_file(string yaml, int offset, int line, int column)
    {
        var value = YamlSource.Read(new SourceFile("a", yaml), new Findings(true))[0].Find("a")!;

        Assert.StartsWith("${{", value.Text[offset..], StringComparison.Ordinal);
        Assert.Equal(new Position(line, column), value.PositionOf(offset));
    }

    [Fact]
    public void The_end_of_a_text_is_right_behind_its_last_character()
    {
        var value = YamlSource.Read(new SourceFile("a", "a: '${{ x'\nb: 1"), new Findings(true))[0].Find("a")!;

        Assert.Equal(new Position(1, 10), value.PositionOf(value.Text.Length));
    }

    [Fact]
    public void Aliases_unfold_to_a_bounded_number_of_values()
    {
        var laughs = "a0: &a0 [x]\n" + string.Concat(
            Enumerable.Range(1, 40).Select(i => $"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n"));

        Assert.Equal([DiagnosticCode.TooComplex], Codes(laughs, f => YamlSource.Read(f.File, f.Findings)));
    }

    [Fact]
    public void A_value_may_be_64_levels_deep_and_no_deeper()
    {
        static string Nested(int depth) => new string('[', depth) + new string(']', depth);

        Assert.Empty(Codes(Nested(64), f => YamlSource.Read(f.File, f.Findings)));
        Assert.Equal([DiagnosticCode.TooComplex], Codes(Nested(65), f => YamlSource.Read(f.File, f.Findings)));
        Assert.Empty(Codes(Nested(64), f => JsonSource.Read(f.File, f.Findings)));
        Assert.Equal([DiagnosticCode.JsonSyntax], Codes(Nested(65), f => JsonSource.Read(f.File, f.Findings)));
        Assert.Equal(
            [DiagnosticCode.TooComplex],
            Codes($"- &a {Nested(60)}\n- [[[[[*a]]]]]", f => YamlSource.Read(f.File, f.Findings)));
    }

    [Fact]
    public void Lines_end_as_editors_say()
    {
        var file = new SourceFile("a", "a\nb\r\nc\rd");

        Assert.Equal(
            [new(1, 1), new(1, 2), new(2, 1), new(2, 2), new(2, 3), new(3, 1), new(3, 2), new(4, 1), new(4, 2)],
            Enumerable.Range(0, 9).Select(i => file.PositionAt(i)));
    }

    private static string[] Codes(string text, Action<(SourceFile File, Findings Findings)> read)
    {
        var findings = new Findings(strict: true);
        read((new SourceFile("a", text), findings));
        return [.. findings.InOrder().Select(d => d.Code)];
    }
}
