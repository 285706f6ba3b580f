using Orleans.Agents.Journal;
using Orleans.Agents.Storage.Sqlite;

namespace Orleans.Agents.Storage.Tests;

/// <summary>A database for one test: any number of stores may be opened over it, also one after another.</summary>
public interface ITestDatabase : IDisposable
{
    /// <summary>Opens another store over the same database.</summary>
    IStore Open();
}

public sealed class MemoryTestDatabase : ITestDatabase
{
    private readonly MemoryDatabase database = new();

    public IStore Open() => new MemoryStore(database);

    public void Dispose()
    {
        // Nothing of it is outside the process.
    }
}

public sealed class SqliteTestDatabase : ITestDatabase
{
    /// <summary>A folder of its own.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("agents-store-").FullName;

    /// <summary>The file.</summary>
    public string Path => System.IO.Path.Combine(Folder, "runs.db");

    public IStore Open() => new SqliteStore(new SqliteStoreOptions { Path = Path });

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
