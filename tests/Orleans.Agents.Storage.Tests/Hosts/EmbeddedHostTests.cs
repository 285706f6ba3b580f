namespace Orleans.Agents.Storage.Tests.Hosts;

/// <summary>The embedded host on a SQLite file.</summary>
public sealed class SqliteEmbeddedHostTests : HostConformance
{
    protected override Task<IHostUnderTest> OpenAsync(HostSetup setup) =>
        EmbeddedHostUnderTest.OpenAsync(new SqliteTestDatabase(), setup);
}

/// <summary>The embedded host on a PostgreSQL server.</summary>
public sealed class PostgresEmbeddedHostTests : HostConformance
{
    protected override Task<IHostUnderTest> OpenAsync(HostSetup setup) =>
        EmbeddedHostUnderTest.OpenAsync(new PostgresTestDatabase(), setup);
}
