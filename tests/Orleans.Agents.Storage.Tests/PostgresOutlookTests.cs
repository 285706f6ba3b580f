using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Tests;

/// <summary>A look at a database in which nothing is to be done shows nothing; that is what saves the other questions.</summary>
public sealed class PostgresOutlookTests : OutlookConformance<PostgresTestDatabase>
{
    [Fact]
    public async Task Nothing_is_seen_where_runs_are_carried_or_parked_or_over_and_others_live()
    {
        var other = await OpenAsync();
        await other.Carriers.TakeAsync(isKeeper: true, Stop);
        await StoredAsync(Start(Ada));
        await StoredAsync(Start(Bob));
        await StoredAsync(Release(Bob, 1, Noon.AddTicks(10)));
        await StoredAsync(Start(new RunId("over")));
        await StoredAsync(End(new RunId("over"), 1));
        await Store.Inbox.PostAsync(new InboxNote(Ada, "n", Noon, Text("note")), Stop);
        await StoredAsync(Next(Ada, 1) with { Consumed = ["n"] });
        Assert.Equal(default, await LookAsync(Noon) with { LeaseLeft = null });
    }

    [Fact]
    public async Task What_is_left_of_the_lease_that_ends_first_is_seen_as_long_as_there_is_something_left()
    {
        Assert.Null((await LookAsync()).LeaseLeft); // there is none but one's own

        AddSilentFor("9 min");
        AddSilentFor("7 min");
        Assert.InRange((await LookAsync()).LeaseLeft!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.False((await LookAsync()).HasGone);

        Database.Execute(
            "update beats set at = at - interval '1 h' where epoch in (select epoch from carrier where process = 'nowhere:1')");
        Assert.Null((await LookAsync()).LeaseLeft);
        Assert.True((await LookAsync()).HasGone);
    }

    private void AddSilentFor(string time) => Database.Execute(
        $"""
        with silent as (
            insert into carrier (process, is_keeper, lease, lock_key) values ('nowhere:1', true, '10 min', 77)
            returning epoch)
        insert into beats (epoch, at, on_time_since)
        select epoch, clock_timestamp() - interval '{time}', clock_timestamp() from silent
        """);
}
