using Orleans.Agents.Cli.Bench.Databases;
using Orleans.Agents.Cli.Terminals;

namespace Orleans.Agents.Cli.Bench;

/// <summary>What every workload is told.</summary>
/// <param name="Kind">The kind of database.</param>
/// <param name="Connection">Where to make it; null for the usual place.</param>
/// <param name="Time">How long each figure is measured for.</param>
/// <param name="IsQuiet">Whether nobody is told how far it is.</param>
/// <param name="Streams">Where people are told.</param>
internal sealed record BenchSettings(string Kind, string? Connection, TimeSpan Time, bool IsQuiet, Streams Streams)
{
    /// <summary>Tells people how far it is.</summary>
    public void Tell(string line)
    {
        if (!IsQuiet)
        {
            Streams.Tell(line, Tone.Faint);
        }
    }

    /// <summary>Does something with a database of its own, which is removed afterwards.</summary>
    public async Task<TAnswer> WithDatabaseAsync<TAnswer>(
        Func<IBenchDatabase, Task<TAnswer>> work, CancellationToken cancellation, bool keep = false)
    {
        var database = await BenchAddress.CreateAsync(Kind, Connection, cancellation);
        try
        {
            return await work(database);
        }
        finally
        {
            if (!keep)
            {
                await database.RemoveAsync();
            }
        }
    }
}
