namespace Orleans.Agents.Storage.Tests;

public sealed class SqliteJournalTests : JournalConformance<SqliteTestDatabase>;

public sealed class SqliteResendTests : ResendConformance<SqliteTestDatabase>;

public sealed class SqliteCarriersTests : CarriersConformance<SqliteTestDatabase>;

public sealed class SqliteRunListTests : RunListConformance<SqliteTestDatabase>;

public sealed class SqliteDefinitionStoreTests : DefinitionStoreConformance<SqliteTestDatabase>;

public sealed class SqliteReopenTests : ReopenConformance<SqliteTestDatabase>;

public sealed class SqliteModelTests : ModelConformance<SqliteTestDatabase>;

public sealed class SqliteInboxTests : InboxConformance<SqliteTestDatabase>;

public sealed class SqliteChildrenTests : ChildrenConformance<SqliteTestDatabase>;

public sealed class SqliteBlobTests : BlobConformance<SqliteTestDatabase>;

public sealed class SqlitePruningTests : PruningConformance<SqliteTestDatabase>;

public sealed class SqliteOutlookTests : OutlookConformance<SqliteTestDatabase>;
