using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Agents.EndToEnd.Tests.Faults;
using Orleans.Agents.Runs;
using Orleans.Agents.Server.Membership;
using Orleans.Agents.Storage.Tests;
using Orleans.Configuration;

namespace Orleans.Agents.Server.Tests;

/// <summary>Which silo an epoch belongs to, so that it can be declared dead when the epoch is fenced.</summary>
[Collection(FaultSettings.Fleets)]
public sealed class EpochBookTests
{
    [Fact]
    public async Task The_silo_of_an_epoch_is_found_once_it_is_in_the_list_of_silos()
    {
        using var server = PostgresServer.Start();
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        var database = new ClusterDatabase(source, Options.Create(new ClusterOptions { ClusterId = "agents" }));
        await database.MigrateAsync(CancellationToken.None);
        var silo = SiloAddress.New(System.Net.IPAddress.Loopback, 11111, 7);
        await database.NoteAsync(new Epoch(1), silo, CancellationToken.None);
        await database.NoteAsync(new Epoch(1), silo, CancellationToken.None);

        Assert.Null(await database.FindAsync(new Epoch(1), CancellationToken.None)); // it ended before it had joined
        await using var join = source.CreateCommand(
            """
            insert into silo_versions (cluster) values ('agents'), ('other');
            insert into silos (cluster, address, port, generation, name, host, status, started_at, alive_at)
            select cluster, '127.0.0.1', 11111, 7, 'silo', 'host', 3, now(), now() from silo_versions
            """);
        await join.ExecuteNonQueryAsync();

        Assert.Equal(silo, await database.FindAsync(new Epoch(1), CancellationToken.None));
        Assert.Null(await database.FindAsync(new Epoch(2), CancellationToken.None));
    }
}
