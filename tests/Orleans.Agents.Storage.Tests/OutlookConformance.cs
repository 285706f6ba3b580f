using Orleans.Agents.Journal;

namespace Orleans.Agents.Storage.Tests;

/// <summary>What a look at everything must show: never nothing where one of the duties would find something.</summary>
public abstract class OutlookConformance<TDatabase> : StoreConformance<TDatabase>
    where TDatabase : ITestDatabase, new()
{
    [Fact]
    public async Task A_fenced_epoch_is_seen()
    {
        await Store.Carriers.ReleaseAsync(Epoch, Stop);
        Assert.True((await LookAsync()).IsFenced);
    }

    [Fact]
    public async Task Epochs_whose_process_is_gone_are_seen()
    {
        var gone = await OpenAsync();
        await gone.Carriers.TakeAsync(isKeeper: true, Stop);
        await gone.DisposeAsync();
        Assert.True((await LookAsync()).HasGone);
        Assert.NotEmpty(await Store.Carriers.FenceGoneAsync(Stop));
    }

    [Fact]
    public async Task A_note_nobody_consumed_is_seen_whoever_owns_its_run()
    {
        await StoredAsync(Start(Ada));
        await Store.Inbox.PostAsync(new InboxNote(Ada, "n", Noon, Text("note")), Stop);
        Assert.True((await LookAsync()).HasNotes);
        await StoredAsync(Release(Ada, 1, wakeAt: null));
        Assert.True((await LookAsync()).HasNotes);
    }

    [Fact]
    public async Task A_run_that_is_due_is_seen_from_the_moment_on_it_is()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Release(Ada, 1, Noon));
        Assert.True((await LookAsync(Noon)).HasWaiting);
    }

    [Fact]
    public async Task Runs_of_a_fenced_owner_are_seen()
    {
        await StoredAsync(Start(Ada));
        await ReopenAsync();
        await Store.Carriers.FenceGoneAsync(Stop);
        Assert.True((await LookAsync()).HasWaiting);
    }

    protected Task<Outlook> LookAsync(DateTimeOffset? now = null) => Store.LookAsync(Epoch, now ?? Noon, Stop);
}
