namespace Orleans.Agents.Storage.Tests;

public sealed class MemoryJournalTests : JournalConformance<MemoryTestDatabase>;

public sealed class MemoryResendTests : ResendConformance<MemoryTestDatabase>;

public sealed class MemoryCarriersTests : CarriersConformance<MemoryTestDatabase>
{
    [Fact]
    public async Task An_epoch_whose_store_is_gone_has_crashed_when_it_is_fenced()
    {
        var gone = await OpenAsync();
        var epoch = await gone.Carriers.TakeAsync(isKeeper: true, Stop);
        await gone.DisposeAsync();
        Assert.Empty(await Store.Carriers.FindCrashedAsync([epoch], Stop));
        Assert.Equal(epoch, Assert.Single(await Store.Carriers.FenceGoneAsync(Stop)));
        await Store.Carriers.ReleaseAsync(epoch, Stop); // too late

        Assert.Equal(epoch, Assert.Single(await Store.Carriers.FindCrashedAsync([Epoch, epoch], Stop)));
    }
}

public sealed class MemoryRunListTests : RunListConformance<MemoryTestDatabase>;

public sealed class MemoryDefinitionStoreTests : DefinitionStoreConformance<MemoryTestDatabase>;

public sealed class MemoryReopenTests : ReopenConformance<MemoryTestDatabase>;

public sealed class MemoryModelTests : ModelConformance<MemoryTestDatabase>;

public sealed class MemoryInboxTests : InboxConformance<MemoryTestDatabase>;

public sealed class MemoryChildrenTests : ChildrenConformance<MemoryTestDatabase>;

public sealed class MemoryBlobTests : BlobConformance<MemoryTestDatabase>;

public sealed class MemoryPruningTests : PruningConformance<MemoryTestDatabase>;

public sealed class MemoryOutlookTests : OutlookConformance<MemoryTestDatabase>;
