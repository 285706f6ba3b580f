using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Orleans.Agents.Client;
using Orleans.Agents.EndToEnd.Tests.Faults;
using Orleans.Agents.EndToEnd.Tests.Processes;
using Orleans.Agents.Repository.Tests;
using Orleans.Agents.Server.Bench.Hosts;
using Orleans.Agents.Silo.Keeping;
using Orleans.Agents.Storage.Tests;

namespace Orleans.Agents.Server.Tests;

/// <summary>The program as it ships.</summary>
[Collection(FaultSettings.Fleets)]
public sealed class ProgramTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task It_joins_sets_the_reminders_of_the_keeper_and_leaves_when_it_is_told_to()
    {
        using var server = PostgresServer.Start();
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        using var program = Start(server, "--silo-port=0");
        Assert.Contains("SiloPort", await program.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.NotEqual(0, await EndOfAsync(program));

        using var node = Start(server, $"--silo-port={Cluster.FreePorts(1)[0].ToString(CultureInfo.InvariantCulture)}");
        await Eventually.TrueAsync(
            async () => await CountAsync(source, "reminders") == KeeperGrain.Partitions
                && await CountAsync(source, "silos where status = 3") == 1
                && await CountAsync(source, "silo_epochs join carrier using (epoch) where fenced_at is null") == 1,
            Patience,
            () => "it did not come up");
        Signal.Terminate(node);

        Assert.Equal(0, await EndOfAsync(node));
        Assert.Equal(1, await CountAsync(source, "silos where status = 6"));
        Assert.Equal(1, await CountAsync(source, "carrier where fenced_at is not null"));
    }

    [Fact]
    public async Task One_that_comes_after_a_crash_of_everything_tells_of_it_and_calls_nobody_who_is_dead()
    {
        using var server = PostgresServer.Start();
        await using var crashed = await ReadyAsync();
        await crashed.KillAsync();

        await using var next = await ReadyAsync(); // at another address, as containers come

        Assert.Contains("was fenced: its process is gone", next.Said, StringComparison.Ordinal);
        var told = await new AgentsClient(next.Http).GetTelemetryAsync();
        Assert.Equal(("debug", "shipping"), (told.Mode, told.Chosen));
        Assert.Contains("were marked dead", next.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("Unable to connect", next.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("Failed to get ping responses", next.Said, StringComparison.Ordinal);

        async Task<ServerProcess> ReadyAsync()
        {
            var ports = Cluster.FreePorts(2);
            var node = ServerProcess.Start(
                server.ConnectionString, Path.Combine(Source.Root, "samples", "embedding"), ports[0], ports[1]);
            await node.ReadyAsync();
            return node;
        }
    }

    internal static Process Start(PostgresServer server, params string[] flags) => Process.Start(
        new ProcessStartInfo(
            "dotnet",
            [ServerProcess.Program, $"--postgres={server.ConnectionString}", "--profile=dev-safe", "--address=127.0.0.1", "--listen=http://127.0.0.1:0", .. flags])
        {
            RedirectStandardError = true,
        })!;

    internal static async Task<int> EndOfAsync(Process program)
    {
        await program.WaitForExitAsync().WaitAsync(Patience);
        return program.ExitCode;
    }

    // Before it has migrated there are no tables.
    private static async Task<long> CountAsync(NpgsqlDataSource source, string what)
    {
#pragma warning disable CA2100 // The test writes it.
        await using var count = source.CreateCommand($"select count(*) from {what}");
#pragma warning restore CA2100
        try
        {
            return (long)(await count.ExecuteScalarAsync())!;
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return -1;
        }
    }
}
