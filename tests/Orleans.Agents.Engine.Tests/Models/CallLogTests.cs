using Orleans.Agents.Models;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Engine.Tests.Models;

/// <summary>When calls began, and when the next one may.</summary>
public sealed class CallLogTests
{
    [Theory]
    [InlineData(1, 1, 1_000)]
    [InlineData(2, 60, 60_000)]
    [InlineData(3, 7, 90)]
    [InlineData(4, 500, 10_000)]
    [InlineData(5, 3_000, 3_600_000)]
    public void However_calls_come_no_more_begin_within_any_time_than_a_rate_allows(int seed, int calls, int perMilliseconds)
    {
        var chance = new Random(seed);
        var rate = new CallRate(calls, TimeSpan.FromMilliseconds(perMilliseconds));
        var (log, began, now) = (new CallLog(), new List<TimeSpan>(), TimeSpan.Zero);
        log.LookBack(rate);
        while (began.Count < 4 * calls + 20)
        {
            // Now and then many at once, now and then long after one another.
            now += TimeSpan.FromMilliseconds(chance.Next(10) == 0 ? chance.Next(perMilliseconds / 2 + 1) : chance.NextDouble());
            now = log.FreeAt(rate) is var free && free > now && chance.Next(3) > 0 ? free : now;
            if (log.FreeAt(rate) <= now)
            {
                log.Add(now);
                began.Add(now);
            }
        }

        for (var i = calls; i < began.Count; i++)
        {
            Assert.True(began[i] - began[i - calls] >= rate.Per, $"call {i} began {began[i] - began[i - calls]} after call {i - calls}");
        }
    }

    [Fact]
    public void As_many_calls_as_a_rate_allows_begin_at_once_and_the_next_when_its_time_is_over()
    {
        var (log, rate) = (new CallLog(), new CallRate(3, TimeSpan.FromMinutes(1)));
        log.LookBack(rate);
        log.Add(At(5));
        log.Add(At(5));
        log.Add(At(20));

        Assert.Equal(At(65), log.FreeAt(rate));
        log.Add(At(65));
        Assert.Equal(At(65), log.FreeAt(rate));
        log.Add(At(65));
        Assert.Equal(At(80), log.FreeAt(rate));
    }

    [Fact]
    public void Many_calls_take_little_room_and_hardly_any_is_held_up_for_that()
    {
        var (log, rate) = (new CallLog(), new CallRate(100_000, TimeSpan.FromHours(1)));
        log.LookBack(rate);
        for (var i = 0; i < rate.Calls; i++)
        {
            log.Add(TimeSpan.FromMilliseconds(10 * i)); // a thousand seconds long
        }

        Assert.InRange(log.Size, 1, 2_000);
        Assert.InRange(log.FreeAt(rate), rate.Per, rate.Per + (rate.Per / 64));
        Assert.Equal(rate.Calls, log.Within(rate.Per, TimeSpan.FromSeconds(1_000)).Sum(mark => mark.Count));
    }

    [Fact]
    public void Of_two_rates_each_looks_back_as_far_as_it_says()
    {
        var (often, seldom) = (new CallRate(2, TimeSpan.FromSeconds(1)), new CallRate(3, TimeSpan.FromHours(1)));
        var log = new CallLog();
        log.LookBack(often);
        log.LookBack(seldom);
        log.Add(At(0));
        log.Add(At(10));
        log.Add(At(10));

        Assert.Equal(At(11), log.FreeAt(often));
        Assert.Equal(At(3_600), log.FreeAt(seldom));
    }

    private static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);
}
