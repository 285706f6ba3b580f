using Orleans.Agents.Journal;
using Orleans.Agents.Storage.Sqlite;

namespace Orleans.Agents.Storage.Tests;

public sealed class SqliteJournalTests : JournalConformance<SqliteTestDatabase>;

public sealed class SqliteWritingTests : WritingConformance<SqliteTestDatabase>
{
    protected override IStore LimitedTo(long maxWaitingBytes) =>
        new SqliteStore(new SqliteStoreOptions { Path = Database.Path, MaxWaitingBytes = maxWaitingBytes });
}

public sealed class SqliteResendTests : ResendConformance<SqliteTestDatabase>;

public sealed class SqliteCarriersTests : CarriersConformance<SqliteTestDatabase>
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

public sealed class SqliteRunListTests : RunListConformance<SqliteTestDatabase>;

public sealed class SqliteDefinitionStoreTests : DefinitionStoreConformance<SqliteTestDatabase>;

public sealed class SqliteReopenTests : ReopenConformance<SqliteTestDatabase>;

public sealed class SqliteModelTests : ModelConformance<SqliteTestDatabase>;

public sealed class SqliteInboxTests : InboxConformance<SqliteTestDatabase>;

public sealed class SqliteChildrenTests : ChildrenConformance<SqliteTestDatabase>;

public sealed class SqliteBlobTests : BlobConformance<SqliteTestDatabase>;

public sealed class SqlitePruningTests : PruningConformance<SqliteTestDatabase>;

public sealed class SqliteOutlookTests : OutlookConformance<SqliteTestDatabase>;
