namespace Orleans.Agents.Storage.Tests;

public sealed class MemoryJournalTests : JournalConformance<MemoryTestDatabase>;

public sealed class MemoryResendTests : ResendConformance<MemoryTestDatabase>;

public sealed class MemoryCarriersTests : CarriersConformance<MemoryTestDatabase>;

public sealed class MemoryRunListTests : RunListConformance<MemoryTestDatabase>;

public sealed class MemoryDefinitionStoreTests : DefinitionStoreConformance<MemoryTestDatabase>;

public sealed class MemoryReopenTests : ReopenConformance<MemoryTestDatabase>;

public sealed class MemoryModelTests : ModelConformance<MemoryTestDatabase>;

public sealed class MemoryInboxTests : InboxConformance<MemoryTestDatabase>;

public sealed class MemoryChildrenTests : ChildrenConformance<MemoryTestDatabase>;

public sealed class MemoryBlobTests : BlobConformance<MemoryTestDatabase>;

public sealed class MemoryPruningTests : PruningConformance<MemoryTestDatabase>;

public sealed class MemoryOutlookTests : OutlookConformance<MemoryTestDatabase>;
