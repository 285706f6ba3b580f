using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Orleans.Agents.Cli.Tests;

/// <summary><c>agents bench</c>: what it prints, that it tidies up, and that its own check can fail. Never how fast.</summary>
public sealed class BenchTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly string[] Figures =
    [
        "steps_per_second", "runs_per_second", "run_alone_p50_ms", "run_alone_p99_ms",
        "engine_cpu_seconds_per_1000_steps", "database_cpu_seconds_per_1000_steps",
        "allocated_bytes_per_step", "event_bytes_per_step", "appends_per_step", "commits_per_step",
        "flushes_per_step", "wal_bytes_per_step", "written_bytes_per_step",
        "resident_megabytes_early", "resident_megabytes_late",
    ];

    private readonly Workspace workspace = new();

    [Fact]
    public async Task Sequential_steps_are_measured_beside_their_floor_and_the_database_is_removed()
    {
        var found = (await BenchAsync("w1", "--concurrency", "8", "--seconds", "1")).With(0).Payload;
        var measured = found.GetProperty("measured");

        Assert.Equal("w1", found.GetProperty("workload").GetString());
        Assert.Equal(8, found.GetProperty("runs_at_once").GetInt32());
        Assert.All(
            ["measured", "floor", "ratio_to_floor"],
            part => Assert.Equal(Figures, found.GetProperty(part).EnumerateObject().Select(f => f.Name)));
        Assert.InRange(measured.GetProperty("appends_per_step").GetDouble(), 1.0, 1.1);
        Assert.InRange(measured.GetProperty("commits_per_step").GetDouble(), 0.0001, 1.2);
        Assert.InRange(measured.GetProperty("event_bytes_per_step").GetDouble(), 400, 800);
        Assert.True(measured.GetProperty("steps_per_second").GetDouble() > 0);
        Assert.Equal(JsonValueKind.Null, measured.GetProperty("database_cpu_seconds_per_1000_steps").ValueKind);
        Assert.Empty(Databases());
    }

    [Fact]
    public async Task A_fan_out_is_measured_as_steps_are()
    {
        var found = (await BenchAsync("w2", "--concurrency", "2", "--seconds", "1")).With(0).Payload;
        var measured = found.GetProperty("measured");

        Assert.Equal("w2", found.GetProperty("workload").GetString());
        Assert.Equal(Figures, measured.EnumerateObject().Select(f => f.Name));
        Assert.InRange(measured.GetProperty("appends_per_step").GetDouble(), 0.001, 1.1);
        Assert.Empty(Databases());
    }

    [Fact]
    public async Task A_fan_out_of_child_runs_is_measured_like_one_of_steps()
    {
        var found = (await BenchAsync("w2", "--children", "--concurrency", "1", "--seconds", "1")).With(0).Payload;
        var measured = found.GetProperty("measured");

        Assert.Equal("w2 children", found.GetProperty("workload").GetString());
        Assert.Equal(Figures, measured.EnumerateObject().Select(f => f.Name));
        Assert.Empty(Databases());
    }

    [Fact]
    public async Task A_killed_bench_leaves_every_result_it_was_told_and_the_check_misses_one_that_is_removed()
    {
        using (var process = Start("w1", "--concurrency", "4", "--seconds", "600", "--acknowledged", "marks"))
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
        Assert.Empty(Databases());
    }

    [Fact]
    public async Task Runs_that_fill_the_store_are_runs_as_any_other()
    {
        var found = (await BenchAsync(
            "w1", "--concurrency", "1", "--seconds", "1", "--runs-in-store", "20", "--acknowledged", "marks")).With(0);
        var file = Path.Combine(Assert.Single(Databases()), "bench.db");
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
    public async Task A_process_that_is_killed_half_way_loses_no_run_and_repeats_no_recorded_step()
    {
        var found = (await BenchAsync("w4", "--runs", "30", "--lanes", "4")).With(0).Payload;

        Assert.Equal(0, found.GetProperty("lost_runs").GetInt64());
        Assert.Equal(0, found.GetProperty("recorded_steps_run_again").GetInt64());
        Assert.InRange(found.GetProperty("steps_before_kill").GetInt64(), 1, 299);
        Assert.True(found.GetProperty("restart_to_done_seconds").GetDouble() > 0);
        Assert.True(found.GetProperty("floor_restart_to_done_seconds").GetDouble() > 0);
        Assert.Empty(Databases());
    }

    [Fact]
    public async Task Runs_that_are_due_at_one_moment_end_once_each_whoever_of_three_processes_wakes_them()
    {
        var found = (await BenchAsync("w5", "--parked", "1", "--seconds", "1", "--due", "40")).With(0).Payload;
        var due = found.GetProperty("due");

        Assert.Equal((40, 3), (due.GetProperty("runs").GetInt32(), due.GetProperty("processes").GetInt32()));
        Assert.Equal(0, due.GetProperty("fired_again").GetInt32());
        Assert.True(due.GetProperty("last_late_seconds").GetDouble() >= due.GetProperty("first_late_seconds").GetDouble());
        Assert.Empty(Databases());
    }

    [Fact]
    public async Task Parked_runs_are_watched_beside_an_empty_store_and_shown_as_a_table_at_a_terminal()
    {
        var found = (await BenchAsync("w5", "--parked", "50", "--seconds", "1")).With(0).Payload;
        var table = (await workspace.AtTerminalAsync($"bench w5 --parked 1 --seconds 1 --connection {workspace.Folder}")).With(0);

        Assert.Equal(50, found.GetProperty("parked_runs").GetInt32());
        Assert.All(
            ["measured", "floor"],
            part => Assert.True(found.GetProperty(part).GetProperty("resident_megabytes").GetDouble() > 1));
        Assert.Contains("MEASURED", table.Out, StringComparison.Ordinal);
        Assert.Empty(Databases());
    }

    [Theory]
    [InlineData("exists", "w1", "--acknowledged", "there")]
    [InlineData("needs --connection", "w1", "--store", "postgres")]
    [InlineData("not the address of a PostgreSQL server", "w1", "--store", "postgres", "--connection", "here")]
    [InlineData("does not begin with the database", "check", "there")]
    [InlineData("cannot be read", "check", "nowhere")]
    [InlineData("does not say which run", "check", "odd")]
    public async Task What_cannot_be_measured_is_refused_before_anything_is_made(string explanation, params string[] args)
    {
        workspace.Write("there", "something");
        workspace.Write("odd", $"sqlite {await EmptyStoreAsync()}\nnonsense\n");
        workspace.Environment["AGENTS_BENCH_CONNECTION"] = "";
        var ended = (await workspace.AgentsAsync(["bench", .. args])).With(2);

        Assert.Contains(explanation, ended.Err, StringComparison.Ordinal);
        Assert.Empty(Databases());
    }

    public void Dispose() => workspace.Dispose();

    private Task<Ended> BenchAsync(params string[] args) =>
        workspace.AgentsAsync(["bench", .. args, "--connection", workspace.Folder]);

    private System.Diagnostics.Process Start(params string[] args) =>
        workspace.Start(["bench", .. args, "--connection", workspace.Folder]);

    private IEnumerable<string> Databases() => Directory.EnumerateDirectories(workspace.Folder, "agents-bench-*");

    private async Task<string> EmptyStoreAsync()
    {
        (await workspace.AgentsAsync("run", workspace.Write("w.yaml", Samples.Echo))).With(0);
        return workspace.Store;
    }

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
            $"Data Source={Path.Combine(Assert.Single(Databases()), "bench.db")};Pooling=False");
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
