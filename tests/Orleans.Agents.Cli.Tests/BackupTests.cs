using System.Diagnostics;
using Orleans.Agents.Journal;
using Orleans.Agents.Storage.Postgres;
using Orleans.Agents.Storage.Sqlite;
using Orleans.Agents.Storage.Tests;

namespace Orleans.Agents.Cli.Tests;

/// <summary>Copies of stores that are in use, and what becomes of the runs in them.</summary>
public sealed class BackupTests : IDisposable
{
    private const int Runs = 30;

    private readonly Workspace workspace = new();
    private readonly Population population;

    public BackupTests() => population = new Population(Runs, workspace);

    [Fact]
    public async Task Runs_of_a_file_copied_under_load_are_carried_to_their_ends()
    {
        var copy = workspace.At("copy.db");
        await CopyUnderLoadAsync(
            () => OpenFile(workspace.Store),
            async () =>
            {
                var copied = (await workspace.AgentsAsync("backup", "--to", "copy.db")).With(0);
                Assert.Equal(Runs, copied.Payload.GetProperty("runs").GetInt32());
                Assert.False(File.Exists($"{copy}.partial"));
            },
            () => OpenFile(copy));

        await CarryToEndAsync(copy, OpenFile(copy));
    }

    [Fact]
    public async Task Runs_of_a_dump_made_under_load_are_carried_to_their_ends()
    {
        using var database = new PostgresDatabase();
        using var restored = new PostgresDatabase();
        workspace.Environment["AGENTS_STORE"] = database.ConnectionString;
        await CopyUnderLoadAsync(
            () => OpenServer(database),
            async () =>
            {
                await PostgresAsync(database, "pg_dump", "--format=custom", $"--file={workspace.At("dump")}");
                await PostgresAsync(restored, "pg_restore", "--exit-on-error", workspace.At("dump"));
            },
            () => OpenServer(restored));

        await CarryToEndAsync(restored.ConnectionString, OpenServer(restored));
    }

    [Fact]
    public async Task A_file_that_exists_is_not_written_over()
    {
        workspace.Write("w.yaml", Samples.Echo);
        (await workspace.AgentsAsync("run", "w.yaml")).With(0);
        workspace.Write("precious.db", "precious");
        var refused = (await workspace.AgentsAsync("backup", "--to", "precious.db")).With(2);

        Assert.Contains("exists; a backup is a new file", refused.Err, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(workspace.At("precious.db")));
    }

    [Fact]
    public async Task What_an_earlier_copy_left_behind_is_no_hindrance()
    {
        workspace.Write("w.yaml", Samples.Echo);
        (await workspace.AgentsAsync("run", "w.yaml", "--id", "echo")).With(0);
        workspace.Write("copy.db.partial", "half of it");
        (await workspace.AgentsAsync("backup", "--to", "copy.db")).With(0);

        var listed = (await workspace.AgentsAsync("runs", "list", "--store", "copy.db")).With(0).Payload;
        Assert.Equal("echo", Assert.Single(listed.EnumerateArray()).GetProperty("run").GetString());
        Assert.False(File.Exists(workspace.At("copy.db.partial")));
    }

    public void Dispose() => workspace.Dispose();

    // The runs go on while they are copied; the process that carries them is killed, as if the machine were lost.
    private async Task CopyUnderLoadAsync(Func<IStore> open, Func<Task> copy, Func<IStore> openCopy)
    {
        await population.StartAsync(await MigratedAsync(open()));
        using var server = workspace.Start(["serve"]);
        await Workspace.UntilTellsAsync(server, "serving");
        await using var watched = open();
        await population.UntilBusyAsync(watched);
        var before = await population.VersionsAsync(open());
        await copy();
        var after = await population.VersionsAsync(open());
        await Workspace.SignalAsync(server, "KILL");
        await server.WaitForExitAsync();

        var copied = await population.VersionsAsync(openCopy());
        Assert.All(before.Zip(copied), pair => Assert.True(pair.First <= pair.Second, "the copy lacks what was there"));
        Assert.True(before.Sum() < after.Sum(), "nothing was stored while the copy was made");
    }

    private async Task CarryToEndAsync(string store, IStore opened)
    {
        workspace.Write("go.txt", "gone");
        using var heir = workspace.Start(["serve", "--store", store]);
        await Workspace.UntilTellsAsync(heir, "serving");
        await population.EndsWellAsync(opened);
        await Workspace.SignalAsync(heir, "TERM");
        (await Workspace.EndOfAsync(heir)).With(0);
    }

    private async Task PostgresAsync(PostgresDatabase database, string program, params string[] args)
    {
        var start = new ProcessStartInfo(PostgresServer.Find(program), args)
        {
            WorkingDirectory = workspace.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add($"--dbname={database.Url}");
        using var process = Process.Start(start)!;
        (await Workspace.EndOfAsync(process)).With(0);
    }

    private static async Task<IStore> MigratedAsync(IStore store)
    {
        await store.MigrateAsync(CancellationToken.None);
        return store;
    }

    private static SqliteStore OpenFile(string path) => new(new SqliteStoreOptions { Path = path });

    private static PostgresStore OpenServer(PostgresDatabase database) =>
        new(new PostgresStoreOptions { ConnectionString = database.ConnectionString });
}
