using System.Buffers;
using System.Text;
using System.Text.Json;
using Orleans.Agents.Values;

namespace Orleans.Agents.Core.Tests.Values;

public sealed class ValueTests
{
    [Theory]
    [InlineData("null", ValueKind.Null)]
    [InlineData("true", ValueKind.Boolean)]
    [InlineData("12", ValueKind.Integer)]
    [InlineData("-0", ValueKind.Integer)]
    [InlineData("9223372036854775808", ValueKind.Decimal)]
    [InlineData("1.0", ValueKind.Decimal)]
    [InlineData("1e3", ValueKind.Decimal)]
    [InlineData("12345678901234567890123", ValueKind.Decimal)]
    [InlineData("\"\\u00e9\"", ValueKind.Text)]
    [InlineData("[ 1 , 2 ]", ValueKind.List)]
    [InlineData("{ \"a\" : 1.0 }", ValueKind.Object)]
    public void A_payload_is_a_value_and_back_byte_for_byte(string json, ValueKind kind)
    {
        var value = Value.From(Payload.Parse(json));
        Assert.Equal(kind, value.Kind);
        Assert.Equal(kind is ValueKind.Integer or ValueKind.Decimal, value.IsNumber);
        Assert.Equal(json, value.ToPayload().ToString());
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            value.WriteTo(writer);
        }

        Assert.Equal(json, Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    [Fact]
    public void White_space_around_trusted_bytes_is_dropped() =>
        Assert.Equal("[ 1]", Value.From(Payload.FromTrusted(" [ 1]\n"u8.ToArray())).ToString());

    [Fact]
    public void A_value_can_be_made()
    {
        Assert.Equal("null", Value.Null.ToString());
        Assert.True(default(Value).IsNull);
        Assert.Equal("true", Value.FromBoolean(true).ToString());
        Assert.Equal("-5", Value.FromInteger(-5).ToString());
        Assert.Equal("1.5", Value.FromDecimal(1.50m).ToString());
        Assert.Equal("100", Value.FromDecimal(100.00m).ToString());
        Assert.Equal("0", Value.FromDecimal(-0.00m).ToString());
        Assert.Equal("-79228162514264337593543950335", Value.FromDecimal(decimal.MinValue).ToString());
        Assert.Equal("\"a\\\"\\n\uFFFD\"", Value.FromText("a\"\n\ud800").ToString());
    }

    [Fact]
    public void A_long_text_with_escapes_is_written_whole()
    {
        var text = string.Concat(Enumerable.Repeat("a\"é😀\n", 1_000));
        var written = Value.FromText(text).ToPayload();
        Assert.True(Value.From(written).TryGetText(out var read));
        Assert.Equal(text, read);
    }

    [Fact]
    public void A_value_is_read_as_what_it_is_and_nothing_else()
    {
        var number = Value.From(Payload.Parse("4.0"));
        Assert.True(number.TryGetInteger(out var whole));
        Assert.Equal(4, whole);
        Assert.True(number.TryGetDecimal(out var exact));
        Assert.Equal(4m, exact);
        Assert.False(number.TryGetText(out _));
        Assert.False(number.TryGetBoolean(out _));
        Assert.False(number.TryGetItem(0, out _));
        Assert.False(number.TryGetMember("a", out _));
        Assert.Empty(number.Items());
        Assert.Null(number.Length);
        Assert.True(Value.FromInteger(3).TryGetDecimal(out exact));
        Assert.Equal(3m, exact);
        foreach (var json in (string[])["4.5", "1e25", "1e400", "\"4\"", "null"])
        {
            Assert.False(Value.From(Payload.Parse(json)).TryGetInteger(out whole), json);
            Assert.Equal(0, whole);
        }

        Assert.False(Value.From(Payload.Parse("true")).TryGetDecimal(out _));
    }

    [Theory]
    [InlineData("1e400", false)]
    [InlineData("1e99999999999", false)]
    [InlineData("-1e29", false)]
    [InlineData("1e28", true)]
    [InlineData("1e-400", true)]
    [InlineData("1e-99999999999", true)]
    [InlineData("0.12345678901234567890123456789012345", true)]
    public void Numbers_beyond_decimal_are_not_read(string json, bool isRead) =>
        Assert.Equal(isRead, Value.From(Payload.Parse(json)).TryGetDecimal(out _));

    [Fact]
    public void Lists_and_objects_can_be_looked_into()
    {
        var value = Value.From(Payload.Parse("""{"a" : [1, "x]}", {"b": [ ]}], "\u0061b": 2, "a": [ 1.0 , null ] }"""));
        Assert.Equal(2, value.Length);
        Assert.True(value.TryGetMember("ab", out var named));
        Assert.Equal("2", named.ToString());
        Assert.True(value.TryGetMember("a", out var list));
        Assert.Equal("[ 1.0 , null ]", list.ToString());
        Assert.Equal(["1.0", "null"], list.Items().Select(item => item.ToString()));
        Assert.True(list.TryGetItem(1, out var item));
        Assert.True(item.IsNull);
        Assert.False(list.TryGetItem(2, out _));
        Assert.False(list.TryGetItem(-1, out _));
        Assert.False(list.TryGetItem(long.MaxValue, out _));
        Assert.False(value.TryGetMember("c", out _));
    }

    [Theory]
    [InlineData("\"\"", "")]
    [InlineData("\"a\\n\\t\\r\\b\\f\\/\\\\\\\"z\"", "a\n\t\r\b\f/\\\"z")]
    [InlineData("\"\\u00e9\\u20AC\\ud83d\\uDE00\"", "é€😀")]
    [InlineData("\"\\ud83d\"", "\uFFFD")]
    [InlineData("\"\\ud83dx\"", "\uFFFDx")]
    [InlineData("\"\\ud83d\\n\"", "\uFFFD\n")]
    [InlineData("\"\\ud83d\\u0041\"", "\uFFFDA")]
    [InlineData("\"\\ude00\\ud83d\\ude00\"", "\uFFFD😀")]
    public void Escapes_are_undone_and_broken_ones_mended(string json, string expected)
    {
        Assert.True(Value.From(Payload.Parse(json)).TryGetText(out var text));
        Assert.Equal(expected, text);
    }

    [Fact]
    public void Text_that_is_no_utf8_never_throws()
    {
        var broken = Value.From(Payload.FromTrusted(new byte[] { (byte)'"', 0xFF, (byte)'a', 0xE2, 0x82, (byte)'"' }));
        Assert.True(broken.TryGetText(out var text));
        Assert.Equal("\uFFFDa\uFFFD", text);
        Assert.Equal(3, broken.Length);
    }

    [Fact]
    public void Random_json_is_read_as_the_platform_reads_it()
    {
        var chance = new Random(3);
        for (var round = 0; round < 2_000; round++)
        {
            var json = RandomJson.Next(chance, depth: 4);
            using var document = JsonDocument.Parse(json);
            Agree(document.RootElement, Value.From(Payload.Parse(json)));
        }
    }

    private static void Agree(JsonElement element, Value value)
    {
        Assert.Equal(element.GetRawText(), value.ToString());
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                Assert.Equal(element.GetArrayLength(), value.Length);
                for (var index = 0; index < value.Length; index++)
                {
                    Assert.True(value.TryGetItem(index, out var item));
                    Agree(element[index], item);
                }

                break;
            case JsonValueKind.Object:
                foreach (var name in element.EnumerateObject().Select(member => member.Name).Distinct())
                {
                    Assert.True(value.TryGetMember(name, out var member));
                    Agree(element.GetProperty(name), member);
                }

                break;
            case JsonValueKind.String:
                Assert.True(value.TryGetText(out var text));
                Assert.Equal(element.GetString(), text);
                break;
        }
    }
}
