using Orleans.Agents.EndToEnd.Tests.Checking;

namespace Orleans.Agents.EndToEnd.Tests.Processes;

/// <summary>The one thing the processes of a fleet share.</summary>
internal interface ISharedDatabase : IAsyncDisposable
{
    /// <summary>The kind and place of the store, as the worker at a place of the fleet is told it.</summary>
    string StoreFor(int place);

    /// <summary>Reads everything there is.</summary>
    Task<StoreContents> ReadAsync();

    /// <summary>The number that a query answers.</summary>
    Task<long> CountAsync(string sql);
}
