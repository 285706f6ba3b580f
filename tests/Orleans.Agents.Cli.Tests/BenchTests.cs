using System.Text.Json;

namespace Orleans.Agents.Cli.Tests;

/// <summary><c>agents bench</c>: what it prints, and that it tidies up. Never how fast.</summary>
public sealed class BenchTests : IDisposable
{
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
        var found = (await workspace.BenchAsync("w1", "--concurrency", "8", "--seconds", "1")).With(0).Payload;
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
        Assert.Empty(workspace.BenchDatabases);
    }

    [Fact]
    public async Task A_fan_out_is_measured_as_steps_are()
    {
        var found = (await workspace.BenchAsync("w2", "--concurrency", "2", "--seconds", "1")).With(0).Payload;
        var measured = found.GetProperty("measured");

        Assert.Equal("w2", found.GetProperty("workload").GetString());
        Assert.Equal(Figures, measured.EnumerateObject().Select(f => f.Name));
        Assert.InRange(measured.GetProperty("appends_per_step").GetDouble(), 0.001, 1.1);
        Assert.Empty(workspace.BenchDatabases);
    }

    [Fact]
    public async Task A_fan_out_of_child_runs_is_measured_like_one_of_steps()
    {
        var found = (await workspace.BenchAsync("w2", "--children", "--concurrency", "1", "--seconds", "1")).With(0).Payload;
        var measured = found.GetProperty("measured");

        Assert.Equal("w2 children", found.GetProperty("workload").GetString());
        Assert.Equal(Figures, measured.EnumerateObject().Select(f => f.Name));
        Assert.Empty(workspace.BenchDatabases);
    }

    [Fact]
    public async Task A_process_that_is_killed_half_way_loses_no_run_and_repeats_no_recorded_step()
    {
        var found = (await workspace.BenchAsync("w4", "--runs", "30", "--lanes", "4")).With(0).Payload;

        Assert.Equal(0, found.GetProperty("lost_runs").GetInt64());
        Assert.Equal(0, found.GetProperty("recorded_steps_run_again").GetInt64());
        Assert.InRange(found.GetProperty("steps_before_kill").GetInt64(), 1, 299);
        Assert.True(found.GetProperty("restart_to_done_seconds").GetDouble() > 0);
        Assert.True(found.GetProperty("floor_restart_to_done_seconds").GetDouble() > 0);
        Assert.All(["killed", "stopped"], end =>
        {
            var standby = found.GetProperty("standby").GetProperty(end);
            Assert.InRange(standby.GetProperty("runs").GetInt64(), 1, 30);
            Assert.Equal(0, standby.GetProperty("recorded_steps_run_again").GetInt64());
            Assert.InRange(
                standby.GetProperty("last_carried_seconds").GetDouble(),
                standby.GetProperty("first_carried_seconds").GetDouble(),
                standby.GetProperty("all_done_seconds").GetDouble());
        });
        Assert.Empty(workspace.BenchDatabases);
    }

    [Theory]
    [InlineData("exists", "w1", "--acknowledged", "there")]
    [InlineData("needs --connection", "w1", "--store", "postgres")]
    [InlineData("not the address of a PostgreSQL server", "w1", "--store", "postgres", "--connection", "here")]
    [InlineData("does not begin with the database", "check", "there")]
    [InlineData("cannot be read", "check", "nowhere")]
    public async Task What_cannot_be_measured_is_refused_before_anything_is_made(string explanation, params string[] args)
    {
        workspace.Write("there", "something");
        workspace.Environment["AGENTS_BENCH_CONNECTION"] = "";
        var ended = (await workspace.AgentsAsync(["bench", .. args])).With(2);

        Assert.Contains(explanation, ended.Err, StringComparison.Ordinal);
        Assert.Empty(workspace.BenchDatabases);
    }

    public void Dispose() => workspace.Dispose();
}
