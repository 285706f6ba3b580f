using System.Collections.Immutable;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Tests;

/// <summary>What it means to say who may carry runs.</summary>
public abstract class CarriersConformance<TDatabase> : StoreConformance<TDatabase>
    where TDatabase : ITestDatabase, new()
{
    [Fact]
    public async Task Later_epochs_are_greater()
    {
        var other = await OpenAsync();
        var second = await other.Carriers.TakeAsync(isKeeper: true, Stop);
        await other.Carriers.ReleaseAsync(second, Stop);
        var third = await Store.Carriers.TakeAsync(isKeeper: true, Stop);
        Assert.True(Epoch.Value > 0 && Epoch.Value < second.Value && second.Value < third.Value);
    }

    [Fact]
    public async Task A_living_epoch_is_not_fenced_by_anyone()
    {
        var other = await OpenAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.Empty(await Store.Carriers.FenceGoneAsync(Stop));
            Assert.Empty(await other.Carriers.FenceGoneAsync(Stop));
        }

        Assert.False(await other.Carriers.IsFencedAsync(Epoch, Stop));
        await StoredAsync(Start(Ada));
    }

    [Fact]
    public async Task The_epochs_of_a_store_that_is_gone_are_fenced_once()
    {
        var gone = await OpenAsync();
        var first = await gone.Carriers.TakeAsync(isKeeper: true, Stop);
        var second = await gone.Carriers.TakeAsync(isKeeper: true, Stop);
        await gone.DisposeAsync();
        Assert.False(await Store.Carriers.IsFencedAsync(first, Stop));
        Assert.Equal([first, second], (await Store.Carriers.FenceGoneAsync(Stop)).OrderBy(epoch => epoch.Value));
        Assert.True(await Store.Carriers.IsFencedAsync(first, Stop));
        Assert.Empty(await Store.Carriers.FenceGoneAsync(Stop));
    }

    [Fact]
    public async Task Of_many_who_fence_at_once_one_reports_each_epoch()
    {
        var gone = await OpenAsync();
        var epochs = new List<Epoch>();
        for (var i = 0; i < 8; i++)
        {
            epochs.Add(await gone.Carriers.TakeAsync(isKeeper: true, Stop));
        }

        await gone.DisposeAsync();
        var other = await OpenAsync();
        var reported = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(n => Task.Run(() => (n % 2 == 0 ? Store : other).Carriers.FenceGoneAsync(Stop))));

        // Who found a lock taken by another fencer leaves the epoch to it; so together they report all, each once.
        var rest = await Store.Carriers.FenceGoneAsync(Stop);
        Assert.Equal(epochs, reported.SelectMany(found => found).Concat(rest).OrderBy(epoch => epoch.Value));
    }

    [Fact]
    public async Task Epochs_taken_while_others_fence_are_never_fenced()
    {
        var other = await OpenAsync();
        using var enough = new CancellationTokenSource();
        var fencing = Task.Run(async () =>
        {
            var fenced = new List<Epoch>();
            while (!enough.IsCancellationRequested)
            {
                fenced.AddRange(await other.Carriers.FenceGoneAsync(Stop));
            }

            return fenced;
        });
        for (var i = 0; i < 40; i++)
        {
            var epoch = await Store.Carriers.TakeAsync(isKeeper: true, Stop);
            Assert.False(await Store.Carriers.IsFencedAsync(epoch, Stop));
        }

        await enough.CancelAsync();
        Assert.Empty(await fencing);
    }

    [Fact]
    public async Task A_released_epoch_never_writes_again()
    {
        await StoredAsync(Start(Ada));
        await Store.Carriers.ReleaseAsync(Epoch, Stop);
        await Store.Carriers.ReleaseAsync(Epoch, Stop);
        Assert.True(await Store.Carriers.IsFencedAsync(Epoch, Stop));
        Assert.IsType<Appended.Lost>(await AppendAsync(Next(Ada, 1)));
        Assert.IsType<Appended.Lost>(await AppendAsync(Start(Bob)));
        Assert.False(await ClaimAsync(Ada, Epoch));
        Assert.Empty(await Store.Carriers.FenceGoneAsync(Stop));
    }

    [Fact]
    public async Task Who_gave_its_epoch_back_has_not_crashed()
    {
        var other = await OpenAsync();
        var released = await other.Carriers.TakeAsync(isKeeper: true, Stop);
        var never = new Epoch(Epoch.Value + 100);
        await other.Carriers.ReleaseAsync(released, Stop);
        Assert.Empty(await Store.Carriers.FenceGoneAsync(Stop));

        Assert.Empty(await Store.Carriers.FindCrashedAsync([Epoch, released, never], Stop));
        Assert.Empty(await Store.Carriers.FindCrashedAsync([], Stop));
    }

    [Fact]
    public async Task An_epoch_nobody_took_cannot_write()
    {
        var never = new Epoch(Epoch.Value + 100);
        Assert.True(await Store.Carriers.IsFencedAsync(never, Stop));
        Assert.IsType<Appended.Lost>(await AppendAsync(Start(Ada) with { Epoch = never }));
    }

    [Fact]
    public async Task A_carried_run_cannot_be_claimed_by_another()
    {
        await StoredAsync(Start(Ada));
        var other = await Store.Carriers.TakeAsync(isKeeper: true, Stop);
        Assert.False(await ClaimAsync(Ada, other));
        Assert.True(await ClaimAsync(Ada, Epoch));
        Assert.IsType<Appended.Lost>(await AppendAsync(Next(Ada, 1) with { Epoch = other }));
        await StoredAsync(Next(Ada, 1));
    }

    [Fact]
    public async Task A_fenced_owner_loses_its_runs_to_whoever_claims_them_first()
    {
        await StoredAsync(Start(Ada));
        var old = Next(Ada, 1);
        await ReopenAsync();
        Assert.False(await ClaimAsync(Ada, Epoch));
        await Store.Carriers.FenceGoneAsync(Stop);
        Assert.True(await ClaimAsync(Ada, Epoch));
        Assert.IsType<Appended.Lost>(await AppendAsync(old));
        await StoredAsync(Next(Ada, 1));
        Assert.False(await ClaimAsync(Ada, await Store.Carriers.TakeAsync(isKeeper: true, Stop)));
    }

    [Fact]
    public async Task A_released_run_can_be_claimed_once()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Release(Ada, 1, Noon));
        Assert.IsType<Appended.Lost>(await AppendAsync(Next(Ada, 2)));
        var outcomes = new List<bool>();
        for (var i = 0; i < 3; i++)
        {
            outcomes.Add(await ClaimAsync(Ada, await Store.Carriers.TakeAsync(isKeeper: true, Stop)));
        }

        Assert.Equal([true, false, false], outcomes);
    }

    [Fact]
    public async Task Of_many_runs_claimed_at_once_the_free_ones_are_got()
    {
        var other = await Store.Carriers.TakeAsync(isKeeper: true, Stop);
        var free = new RunId("free");
        var over = new RunId("over");
        foreach (var run in (RunId[])[Ada, free, over])
        {
            await StoredAsync(Start(run));
        }

        await StoredAsync(Release(free, 1, null));
        await StoredAsync(End(over, 1));
        await StoredAsync(Start(Bob) with { Epoch = other });

        var claims = ImmutableArray.Create(
            new RunClaim(Ada, 1),
            new RunClaim(Bob, 1),
            new RunClaim(free, 2),
            new RunClaim(free, 2),
            new RunClaim(over, 2),
            new RunClaim(new RunId("nobody"), 1));

        Assert.Equal([Ada, free], (await Store.Journal.ClaimAsync(claims, Epoch, Stop)).OrderBy(run => run.Value));
        Assert.Equal([Ada, free], (await Store.Journal.ClaimAsync(claims, Epoch, Stop)).OrderBy(run => run.Value));
        Assert.Equal(Bob, Assert.Single(await Store.Journal.ClaimAsync(claims, other, Stop)));
        Assert.Empty(await Store.Journal.ClaimAsync([], Epoch, Stop));
    }

    [Fact]
    public async Task A_run_that_moved_on_since_it_was_read_is_not_claimed()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Release(Ada, 1, null));
        Assert.Empty(await Store.Journal.ClaimAsync([new RunClaim(Ada, 1)], Epoch, Stop));
        Assert.Empty(await Store.Journal.ClaimAsync([new RunClaim(Ada, 3)], Epoch, Stop));
        Assert.Single(await Store.Journal.ClaimAsync([new RunClaim(Ada, 2)], Epoch, Stop));
    }

    [Fact]
    public async Task A_run_that_is_over_or_unknown_cannot_be_claimed()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(End(Ada, 1));
        Assert.False(await ClaimAsync(Ada, Epoch));
        Assert.False(await ClaimAsync(Bob, Epoch));
        Assert.IsType<Appended.Lost>(await AppendAsync(Next(Ada, 2)));
    }
}
