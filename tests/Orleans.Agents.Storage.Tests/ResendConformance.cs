using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Tests;

/// <summary>What it means to send an append again because nobody knows what became of it.</summary>
public abstract class ResendConformance<TDatabase> : StoreConformance<TDatabase>
    where TDatabase : ITestDatabase, new()
{
    [Fact]
    public async Task An_append_sent_again_is_stored_once()
    {
        await StoredAsync(Start(Ada, key: "k"));
        await StoredAsync(Start(Ada, key: "k"));
        await StoredAsync(Next(Ada, 1));
        await StoredAsync(Next(Ada, 1));
        Assert.Equal(2, (await Store.Journal.ReadAsync(Ada, Stop))!.Tail.Length);
    }

    [Fact]
    public async Task It_stays_stored_when_the_run_has_moved_on()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Next(Ada, 1));
        await StoredAsync(Next(Ada, 2));
        await StoredAsync(Start(Ada));
        await StoredAsync(Next(Ada, 1));
        Assert.Equal(3, (await Store.Journal.ReadAsync(Ada, Stop))!.Record.Version);
    }

    [Fact]
    public async Task The_append_that_let_the_run_go_may_be_sent_again_though_another_carries_it()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Release(Ada, 1, Noon));
        var other = await Store.Carriers.TakeAsync(isKeeper: true, Stop);
        Assert.True(await ClaimAsync(Ada, other));
        await StoredAsync(Release(Ada, 1, Noon));
        Assert.Equal(other, (await Store.Runs.FindAsync(Ada, Stop))!.Owner);
    }

    [Fact]
    public async Task Other_bytes_at_the_same_place_are_another_append()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Next(Ada, 1));
        Assert.IsType<Appended.Lost>(await AppendAsync(Next(Ada, 1, text: "other")));
        Assert.IsType<Appended.AlreadyStarted>(await AppendAsync(Start(Ada, text: "other")));
    }

    [Fact]
    public async Task The_same_bytes_from_another_place_are_another_append()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Next(Ada, 1, events: 2));
        Assert.IsType<Appended.Lost>(await AppendAsync(Next(Ada, 2)));
    }

    [Fact]
    public async Task The_same_bytes_under_another_epoch_are_another_append()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Next(Ada, 1));
        var other = await Store.Carriers.TakeAsync(isKeeper: true, Stop);
        Assert.IsType<Appended.Lost>(await AppendAsync(Next(Ada, 1) with { Epoch = other }));
    }

    [Fact]
    public async Task An_append_of_a_fenced_epoch_is_lost_even_if_it_was_stored()
    {
        await StoredAsync(Start(Ada));
        await Store.Carriers.ReleaseAsync(Epoch, Stop);
        Assert.IsType<Appended.Lost>(await AppendAsync(Start(Ada)));
    }

    [Fact]
    public async Task An_append_that_lost_may_be_stored_later()
    {
        Assert.IsType<Appended.Lost>(await AppendAsync(Next(Ada, 1)));
        await StoredAsync(Start(Ada));
        await StoredAsync(Next(Ada, 1));
        Assert.Equal(RunStatus.Running, (await Store.Runs.FindAsync(Ada, Stop))!.Row.Status);
    }
}
