using System.Net;
using Orleans.Agents.Activities.Lending;
using Orleans.Agents.Runs;
using Orleans.Agents.Silo.Lanes;
using Orleans.Agents.Testing;

namespace Orleans.Agents.Silo.Tests;

/// <summary>What a silo makes for others who do not come for it.</summary>
public sealed class LoansTests
{
    private static readonly SiloAddress Lender = SiloAddress.New(IPAddress.Loopback, 11111, 1);

    private readonly ManualClock time = new(DateTimeOffset.UnixEpoch);
    private readonly Loans loans;

    public LoansTests() => loans = new Loans(time);

    [Fact]
    public async Task What_a_silo_that_is_gone_had_lent_is_given_up_though_it_was_being_asked_for()
    {
        loans.Add("loan", Work(), Lender);
        _ = loans.CollectAsync("loan");

        loans.GiveUp(_ => false);
        Assert.False(loans.AreNone);

        loans.GiveUp(silo => silo == Lender);
        Assert.True(loans.AreNone);
        Assert.Null(await loans.CollectAsync("loan"));
    }

    [Fact]
    public void What_nobody_asks_for_is_given_up_in_a_while()
    {
        loans.Add("asked", Work(), Lender);
        loans.Add("forgotten", Work(), lender: null);
        _ = loans.CollectAsync("asked");

        time.Advance(TimeSpan.FromSeconds(59));
        loans.GiveUp(_ => false);
        time.Advance(TimeSpan.FromSeconds(2));
        loans.GiveUp(_ => false);

        Assert.False(loans.AreNone);
        Assert.True(loans.CollectAsync("forgotten").IsCompletedSuccessfully);
        Assert.False(loans.CollectAsync("asked").IsCompleted);
    }

    private static Borrowed Work() => new([], Dispatching.ToThreadPool);
}
