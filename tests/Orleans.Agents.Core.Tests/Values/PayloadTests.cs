using System.Text.Json;
using Orleans.Agents.Values;

namespace Orleans.Agents.Core.Tests.Values;

public sealed class PayloadTests
{
    [Fact]
    public void The_default_is_null_and_written_as_such()
    {
        Assert.True(default(Payload).IsNull);
        Assert.Equal(Payload.Null, Payload.Parse(" null\n"));
        Assert.Equal(4, Payload.Null.Length);
        Assert.Equal("[null,{}]", JsonSerializer.Serialize(new[] { default, Payload.EmptyObject }));
    }

    [Fact]
    public void Payloads_are_equal_when_their_bytes_are()
    {
        var one = Payload.Parse("[1]");
        Assert.True(one == Payload.Parse("[1]"));
        Assert.True(one != Payload.Parse("[1.0]"));
        Assert.True(one.Equals((object)Payload.Parse(" [1] ")));
        Assert.False(one.Equals("[1]"));
        Assert.Equal(one.GetHashCode(), Payload.Parse("[1]").GetHashCode());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1")]
    [InlineData("1 2")]
    [InlineData("{'a': 1}")]
    public void What_is_not_one_json_value_is_refused(string text)
    {
        Assert.False(Payload.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out var payload, out var problem));
        Assert.True(payload.IsNull);
        Assert.NotEmpty(problem);
        Assert.Throws<FormatException>(() => Payload.Parse(text));
    }

    [Fact]
    public void A_payload_is_a_raw_part_of_a_document()
    {
        var read = JsonSerializer.Deserialize<Payload[]>("""[ 1.0, null , {"a" : 1e3}]""")!;
        Assert.Equal(["1.0", "null", """{"a" : 1e3}"""], read.Select(one => one.ToString()));
        Assert.Equal("""[1.0,null,{"a" : 1e3}]""", JsonSerializer.Serialize(read));
    }
}
