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
        Assert.Equal(default, await LookAsync(Noon));
    }
}
