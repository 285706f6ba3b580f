using Microsoft.Data.Sqlite;

namespace Orleans.Agents.Cli.Tests;

/// <summary>What <c>agents bench</c> leaves to be checked, and that its check can fail.</summary>
public sealed class BenchCheckTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Workspace workspace = new();

    [Fact]
    public async Task A_killed_bench_leaves_every_result_it_was_told_and_the_check_misses_one_that_is_removed()
    {
        string[] bench = ["bench", "w1", "--concurrency", "4", "--seconds", "600", "--connection", workspace.Folder];
        using (var process = workspace.Start([.. bench, "--acknowledged", "marks"]))
        {
            await UntilMarkedAsync(200);
            process.Kill();
            await process.WaitForExitAsync();
        }

        var whole = (await workspace.AgentsAsync("bench", "check", "marks")).With(0).Payload;
        var marked = (await File.ReadAllLinesAsync(workspace.At("marks")))[100].Split(' ');
        await RemoveResultAsync(marked[0], int.Parse(marked[1], System.Globalization.CultureInfo.InvariantCulture));
        var broken = (await workspace.AgentsAsync("bench", "check", "marks", "--remove")).With(1).Payload;

        Assert.InRange(whole.GetProperty("acknowledged").GetInt32(), 200, int.MaxValue);
        Assert.InRange(
            whole.GetProperty("recorded").GetInt32(), whole.GetProperty("acknowledged").GetInt32(), int.MaxValue);
        Assert.Equal(0, whole.GetProperty("missing").GetInt32());
        Assert.Equal(1, broken.GetProperty("missing").GetInt32());
        Assert.Empty(workspace.BenchDatabases);
    }

    [Fact]
    public async Task Runs_that_fill_the_store_are_runs_as_any_other()
    {
        var found = (await workspace.BenchAsync(
            "w1", "--concurrency", "1", "--seconds", "1", "--runs-in-store", "20", "--acknowledged", "marks")).With(0);
        var file = Path.Combine(Assert.Single(workspace.BenchDatabases), "bench.db");
        var copy = (await workspace.AgentsAsync("runs", "show", "sequence-copy-18", "--store", file)).With(0).Payload;
        (await workspace.AgentsAsync("bench", "check", "marks", "--remove")).With(0);

        Assert.Equal(20, found.Payload.GetProperty("runs_in_store").GetInt32());
        Assert.Equal("succeeded", copy.GetProperty("status").GetString());
        Assert.Equal(10, copy.GetProperty("output").GetInt32());
    }

    [Fact]
    public async Task On_a_server_a_database_is_made_measured_checked_and_removed()
    {
        using var server = new PostgresDatabase();
        var found = (await workspace.AgentsAsync(
            "bench", "w1", "--store", "postgres", "--connection", server.Url,
            "--concurrency", "4", "--seconds", "1", "--runs-in-store", "20", "--acknowledged", "marks")).With(0).Payload;
        var check = (await workspace.AgentsAsync("bench", "check", "marks", "--remove")).With(0).Payload;
        var again = (await workspace.AgentsAsync("bench", "check", "marks")).With(4);
        var measured = found.GetProperty("measured");

        Assert.InRange(measured.GetProperty("appends_per_step").GetDouble(), 1.0, 1.1);
        Assert.All(
            ["commits_per_step", "wal_bytes_per_step", "event_bytes_per_step"],
            figure => Assert.True(measured.GetProperty(figure).GetDouble() > 0));
        Assert.True(check.GetProperty("acknowledged").GetInt32() > 0);
        Assert.Equal(0, check.GetProperty("missing").GetInt32());
        Assert.Equal("store.unavailable", again.FailureCode);
    }

    [Fact]
    public async Task Marks_that_do_not_say_which_run_are_refused()
    {
        (await workspace.AgentsAsync("run", workspace.Write("w.yaml", Samples.Echo))).With(0);
        workspace.Write("odd", $"sqlite {workspace.Store}\nnonsense\n");
        var ended = (await workspace.AgentsAsync("bench", "check", "odd")).With(2);

        Assert.Contains("does not say which run", ended.Err, StringComparison.Ordinal);
        Assert.Empty(workspace.BenchDatabases);
    }

    public void Dispose() => workspace.Dispose();

    private async Task UntilMarkedAsync(int lines)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!File.Exists(workspace.At("marks"))
            || await File.ReadLinesAsync(workspace.At("marks"), limit.Token).CountAsync(limit.Token) <= lines)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }
    }

    private async Task RemoveResultAsync(string run, int visit)
    {
        await using var connection = new SqliteConnection(
            $"Data Source={Path.Combine(Assert.Single(workspace.BenchDatabases), "bench.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText =
            """
            delete from appends where rowid in (
                select a.rowid from appends a join runs r on r.run = a.run, json_each(cast(a.events as text)) e
                where r.id = @run and json_extract(e.value, '$.type') = 'activity.succeeded'
                    and json_extract(e.value, '$.visit') = @visit)
            """;
        command.Parameters.AddWithValue("@run", run);
        command.Parameters.AddWithValue("@visit", visit);
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }
}
