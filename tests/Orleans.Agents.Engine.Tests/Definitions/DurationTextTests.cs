using Orleans.Agents.Definitions;

namespace Orleans.Agents.Engine.Tests.Definitions;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("60s", 60_000)]
    [InlineData("10m", 600_000)]
    [InlineData("24h", 86_400_000)]
    [InlineData("7d", 604_800_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1d2h3m4s5ms", 93_784_005)]
    [InlineData("0d5s", 5_000)]
    public void A_duration_is_read(string text, long milliseconds)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0s")]
    [InlineData("60")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("1.5s")]
    [InlineData("5 s")]
    [InlineData("5S")]
    [InlineData("30m1h")]
    [InlineData("1s1s")]
    [InlineData("1w")]
    [InlineData("3651d")]
    [InlineData("99999999999s")]
    [InlineData("999999999d")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(DurationText.TryParse(text, out _));

    [Theory]
    [InlineData("90m", "1h30m")]
    [InlineData("3600s", "1h")]
    [InlineData("1500ms", "1s500ms")]
    [InlineData("48h", "2d")]
    public void A_duration_has_one_spelling(string text, string spelling)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(spelling, DurationText.Format(duration));
    }
}
