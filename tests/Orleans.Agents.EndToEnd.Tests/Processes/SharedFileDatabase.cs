using Orleans.Agents.EndToEnd.Tests.Checking;

namespace Orleans.Agents.EndToEnd.Tests.Processes;

/// <summary>One SQLite file in a folder of its own.</summary>
internal sealed class SharedFileDatabase : ISharedDatabase
{
    private readonly string folder = Directory.CreateTempSubdirectory("agents-fleet-").FullName;

    private string File => Path.Combine(folder, "agents.db");

    public string StoreFor(int place) => $"sqlite:{File}";

    public Task<StoreContents> ReadAsync() => SqliteContents.ReadAsync(File);

    public Task<long> CountAsync(string sql) => SqliteContents.CountAsync(File, sql);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
