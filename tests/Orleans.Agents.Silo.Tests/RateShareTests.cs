using System.Text.Json;
using Orleans.Agents.Silo.Agents;
using Orleans.Agents.Silo.Wire;
using Orleans.Agents.Testing;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Silo.Tests;

/// <summary>How the calls of an agent that may begin are divided among silos.</summary>
public sealed class RateShareTests
{
    private static readonly CallRate TenAMinute = new(10, TimeSpan.FromMinutes(1));

    private readonly ManualClock clock = new();

    [Fact]
    public void A_silo_gets_as_many_as_it_wants_and_the_others_what_it_leaves()
    {
        var shares = new RateShares(clock);

        Assert.Equal(7, shares.Grant("a", Says(1, wanted: 7)).Permits);
        Assert.Equal(3, shares.Grant("b", Says(1, wanted: 7)).Permits);
        Assert.Equal(0, shares.Grant("c", Says(1, wanted: 1)).Permits);
    }

    [Fact]
    public void What_a_silo_does_not_use_goes_back_with_its_next_report()
    {
        var shares = new RateShares(clock);
        shares.Grant("a", Says(1, wanted: 10));

        shares.Grant("a", Says(2, wanted: 0, begun: 2));

        Assert.Equal(8, shares.Grant("b", Says(1, wanted: 10)).Permits);
    }

    [Fact]
    public void What_a_silo_took_along_is_free_again_when_it_can_have_used_it_no_more_and_the_time_of_the_rate_is_over()
    {
        var shares = new RateShares(clock);
        shares.Grant("a", Says(1, wanted: 10));

        clock.Advance(RatePermits.Validity + TenAMinute.Per - TimeSpan.FromSeconds(1));
        Assert.Equal(0, shares.Grant("b", Says(1, wanted: 10)).Permits);

        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, shares.Grant("b", Says(2, wanted: 10)).Permits);
    }

    [Fact]
    public void Whoever_has_waited_longest_comes_first_and_takes_no_more_than_its_part()
    {
        var shares = new RateShares(clock);
        shares.Grant("a", Says(1, wanted: 10));
        shares.Grant("a", Says(2, wanted: 30, begun: 10));
        Tick();
        shares.Grant("b", Says(1, wanted: 30));
        clock.Advance(TenAMinute.Per - TimeSpan.FromSeconds(2));
        shares.Grant("a", Says(3, wanted: 30, begun: 10, ago: 59));
        shares.Grant("b", Says(2, wanted: 30));
        Tick();

        Assert.Equal(5, shares.Grant("b", Says(3, wanted: 30)).Permits);
        Assert.Equal(5, shares.Grant("a", Says(4, wanted: 30)).Permits);
    }

    [Fact]
    public void Whoever_asks_more_often_gets_no_more()
    {
        var (shares, one) = (new RateShares(clock), new CallRate(1, TimeSpan.FromSeconds(1)));
        var (granted, number) = (new Dictionary<string, int> { ["quick"] = 0, ["slow"] = 0 }, 0);
        var begun = new Dictionary<string, List<DateTimeOffset>> { ["quick"] = [], ["slow"] = [] };
        for (var tenth = 0; tenth < 400; tenth++)
        {
            Ask("quick");
            if (tenth % 5 == 0)
            {
                Ask("slow");
            }

            clock.Advance(TimeSpan.FromSeconds(0.1));
        }

        Assert.InRange(granted["slow"], 10, 30);
        Assert.InRange(granted["quick"], 10, 30);

        void Ask(string silo)
        {
            var ago = begun[silo].Select(at => new BegunCalls((long)(clock.GetUtcNow() - at).TotalMilliseconds, 1));
            var got = shares.Grant(silo, new RateReport(++number, one.Calls, 1_000, 0, 1, [.. ago])).Permits;
            granted[silo] += got;
            begun[silo].AddRange(Enumerable.Repeat(clock.GetUtcNow(), got)); // it is used at once
        }
    }

    [Fact]
    public void A_report_that_was_overtaken_changes_nothing()
    {
        var shares = new RateShares(clock);
        shares.Grant("a", Says(2, wanted: 10));

        Assert.Equal(0, shares.Grant("a", Says(1, wanted: 10)).Permits);

        Assert.Equal(0, shares.Grant("b", Says(1, wanted: 10)).Permits);
    }

    [Fact]
    public void A_grain_that_moves_knows_what_was_done_and_granted()
    {
        var before = new RateShares(clock);
        before.Grant("a", Says(1, wanted: 4));
        before.Grant("b", Says(1, wanted: 1, begun: 3, ago: 10));

        var after = new RateShares(clock);
        after.Restore(Stored(before.Save(isOver: true)));

        Assert.Equal(2, after.Grant("c", Says(1, wanted: 10)).Permits);
    }

    [Fact]
    public void A_grain_whose_silo_died_hears_everybody_before_it_grants_anything()
    {
        var before = new RateShares(clock);
        before.Grant("a", Says(1, wanted: 1));
        var saved = Stored(before.Save(isOver: false));
        before.Grant("a", Says(2, wanted: 9));

        var after = new RateShares(clock);
        after.Restore(saved);
        Assert.Equal(new RateGrant(0, 5_000), after.Grant("b", Says(1, wanted: 10)));
        after.Grant("a", Says(3, wanted: 0, begun: 9));
        clock.Advance(RatePermits.Validity);

        Assert.Equal(1, after.Grant("b", Says(2, wanted: 10)).Permits);
    }

    [Fact]
    public void As_long_as_the_grain_knows_of_no_rates_a_silo_keeps_to_them_alone()
    {
        var permits = new RatePermits(clock);
        Assert.False(permits.TryBegin(TenAMinute));
        permits.Take(permits.Report(waiting: 12)!, null);
        Assert.Equal(10, Enumerable.Range(0, 12).Count(_ => permits.TryBegin(TenAMinute)));

        permits.Take(permits.Report(waiting: 2)!, null);
        Assert.False(permits.TryBegin(TenAMinute));
        clock.Advance(TenAMinute.Per);
        permits.Take(permits.Report(waiting: 2)!, null);
        Assert.True(permits.TryBegin(TenAMinute));
    }

    [Fact]
    public void Permits_end_when_nobody_answers()
    {
        var permits = new RatePermits(clock);
        permits.TryBegin(TenAMinute);
        permits.Take(permits.Report(waiting: 5)!, new RateGrant(5, 0));
        Assert.True(permits.TryBegin(TenAMinute));

        clock.Advance(RatePermits.Validity);

        Assert.False(permits.TryBegin(TenAMinute));
    }

    [Fact]
    public void A_steady_stream_of_calls_finds_permits_there_and_an_idle_silo_keeps_none()
    {
        var (permits, shares, often) = (new RatePermits(clock), new RateShares(clock), new CallRate(600, TimeSpan.FromMinutes(1)));
        permits.TryBegin(often);
        Report(permits, shares, waiting: 1);
        for (var i = 0; i < 50; i++)
        {
            Assert.True(permits.TryBegin(often), $"call {i} waits");
            clock.Advance(TimeSpan.FromSeconds(0.2));
            if (i % 5 == 4)
            {
                Report(permits, shares, waiting: 0);
            }
        }

        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(0, permits.Report(waiting: 0)!.Held);
        Assert.True(permits.HasNews);
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.False(permits.HasNews);
    }

    private static void Report(RatePermits permits, RateShares shares, int waiting)
    {
        var said = permits.Report(waiting)!;
        permits.Take(said, shares.Grant("a", said));
    }

    private static RateReport Says(long number, int wanted, int held = 0, int begun = 0, int ago = 0) => new(
        number,
        TenAMinute.Calls,
        (long)TenAMinute.Per.TotalMilliseconds,
        held,
        wanted,
        begun == 0 ? [] : [new BegunCalls(ago * 1_000, begun)]);

    private static RateState Stored(RateState state)
    {
        var json = JsonSerializer.Serialize(new AgentState { Rate = state }, SiloJson.Default.AgentState);
        return JsonSerializer.Deserialize(json, SiloJson.Default.AgentState)!.Rate!;
    }

    private void Tick() => clock.Advance(TimeSpan.FromSeconds(1));
}
