using Orleans.Agents.Journal;
using Orleans.Agents.Storage.Postgres;

namespace Orleans.Agents.Storage.Tests;

public sealed class PostgresJournalTests : JournalConformance<PostgresTestDatabase>;

public sealed class PostgresWritingTests : WritingConformance<PostgresTestDatabase>
{
    protected override IStore LimitedTo(long maxWaitingBytes) =>
        Database.Open(new PostgresStoreOptions { MaxWaitingBytes = maxWaitingBytes });
}

public sealed class PostgresResendTests : ResendConformance<PostgresTestDatabase>;

public sealed class PostgresCarriersTests : CarriersConformance<PostgresTestDatabase>;

public sealed class PostgresRunListTests : RunListConformance<PostgresTestDatabase>;

public sealed class PostgresDefinitionStoreTests : DefinitionStoreConformance<PostgresTestDatabase>;

public sealed class PostgresReopenTests : ReopenConformance<PostgresTestDatabase>;

public sealed class PostgresModelTests : ModelConformance<PostgresTestDatabase>;

public sealed class PostgresInboxTests : InboxConformance<PostgresTestDatabase>;

public sealed class PostgresChildrenTests : ChildrenConformance<PostgresTestDatabase>;

public sealed class PostgresBlobTests : BlobConformance<PostgresTestDatabase>;

public sealed class PostgresPruningTests : PruningConformance<PostgresTestDatabase>;
