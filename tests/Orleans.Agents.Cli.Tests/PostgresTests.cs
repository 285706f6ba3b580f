using System.Diagnostics;
using Orleans.Agents.Storage.Tests;

namespace Orleans.Agents.Cli.Tests;

/// <summary>The same verbs on a PostgreSQL database, and what they say when it cannot be had.</summary>
public sealed class PostgresTests : IDisposable
{
    private readonly Workspace workspace = new();
    private readonly PostgresDatabase database = new();

    public PostgresTests() => workspace.Environment["AGENTS_STORE"] = database.ConnectionString;

    [Fact]
    public async Task Every_verb_works_on_it()
    {
        Assert.Equal("[]\n", (await workspace.AgentsAsync("runs", "list")).With(0).Out);
        Assert.Equal("[]\n", (await workspace.AgentsAsync("runs", "resume", "--all")).With(0).Out);
        Assert.Contains(
            "there is no store yet", (await workspace.AgentsAsync("runs", "show", "x")).With(2).Err, StringComparison.Ordinal);

        workspace.Write("w.yaml", Samples.Count);
        var run = (await workspace.AgentsAsync("run", "w.yaml", "--set", "from=1", "--id", "counted")).With(0);
        Assert.Equal("""{"n":3}""" + "\n", run.Out);
        Assert.Equal(run.Out, (await workspace.AgentsAsync("runs", "resume", "counted")).With(0).Out);
        Assert.Equal(run.Out, (await workspace.AgentsAsync("run", "w.yaml", "--set", "from=1", "--id", "counted")).Out);
        var listed = (await workspace.AgentsAsync("runs", "list")).With(0).Payload;
        Assert.Equal("counted", Assert.Single(listed.EnumerateArray()).GetProperty("run").GetString());
        var shown = (await workspace.AgentsAsync("runs", "show", "coun")).With(0).Payload;
        Assert.Equal("succeeded", shown.GetProperty("status").GetString());
        var events = (await workspace.AgentsAsync("runs", "events", "counted")).With(0).Payload;
        Assert.Equal("run.started", events[0].GetProperty("type").GetString());
    }

    [Fact]
    public async Task It_may_be_named_as_a_url()
    {
        workspace.Write("w.yaml", Samples.Count);
        (await workspace.AgentsAsync("run", "w.yaml", "--set", "from=1", "--id", "counted", "--store", database.Url)).With(0);

        var shown = (await workspace.AgentsAsync("runs", "show", "counted")).With(0).Payload;
        Assert.Equal("succeeded", shown.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Of_two_servers_one_takes_over_what_the_other_leaves_when_it_is_killed()
    {
        workspace.Write("w.yaml", Samples.Await);
        using var first = await ServeAsync();
        (await workspace.AgentsAsync("run", "w.yaml", "--id", "waiting", "--detach")).With(0);
        await Workspace.UntilTellsAsync(first, "Run waiting is carried on");
        using var second = await ServeAsync();
        await Workspace.SignalAsync(first, "KILL");
        await Workspace.UntilTellsAsync(second, "Run waiting is carried on");
        workspace.Write("go.txt", "gone");
        await Workspace.UntilTellsAsync(second, "Run waiting ended: Succeeded");
        await Workspace.SignalAsync(second, "TERM");
        Assert.Empty((await Workspace.EndOfAsync(second)).With(0).Out);

        var shown = (await workspace.AgentsAsync("runs", "show", "waiting")).With(0).Payload;
        Assert.Equal("gone", shown.GetProperty("output").GetProperty("text").GetString());
    }

    [Fact]
    public async Task An_outage_is_told_once_and_the_runs_go_on_when_it_is_over()
    {
        using var server = PostgresServer.Start();
        workspace.Environment["AGENTS_STORE"] = server.ConnectionString;
        workspace.Write("w.yaml", Samples.Await);
        using var serving = await ServeAsync();
        (await workspace.AgentsAsync("run", "w.yaml", "--id", "waiting", "--detach")).With(0);
        await Workspace.UntilTellsAsync(serving, "Run waiting is carried on");

        // Told before the takeover is stored, and until it is the keeper waits for nothing else.
        await UntilStoredAsync("waiting", "activity.retry_scheduled");
        server.Stop("immediate");
        await Workspace.UntilTellsAsync(serving, "The store does not answer; this process keeps its runs");
        server.StartAgain();
        var told = await Workspace.UntilTellsAsync(serving, "The store answers again");
        workspace.Write("go.txt", "gone");
        await Workspace.UntilTellsAsync(serving, "Run waiting ended: Succeeded");
        await Workspace.SignalAsync(serving, "TERM");
        (await Workspace.EndOfAsync(serving)).With(0);

        Assert.DoesNotContain("this process keeps its runs", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopped_while_the_database_is_away_it_says_that_its_runs_are_free_later()
    {
        using var server = PostgresServer.Start();
        workspace.Environment["AGENTS_STORE"] = server.ConnectionString;
        using var serving = await ServeAsync();
        server.Stop("immediate");
        await Workspace.SignalAsync(serving, "TERM");
        var ended = (await Workspace.EndOfAsync(serving)).With(4);

        Assert.Contains("others find the runs free a little later", ended.Err, StringComparison.Ordinal);
        Assert.Equal("store.unavailable", ended.FailureCode);
        server.StartAgain();
    }

    [Fact]
    public async Task How_an_interrupted_run_goes_on_is_told_without_its_password()
    {
        var address = database.Address;
        address.Password ??= "sesame";
        workspace.Write("w.yaml", Samples.Await);
        using var process = workspace.Start(
            ["run", "w.yaml", "--id", "waiting", "--verbose", "--store", address.ConnectionString]);
        await Workspace.UntilTellsAsync(process, "attempt 1 failed with files.not_found");
        await Workspace.SignalAsync(process, "INT");
        var ended = (await Workspace.EndOfAsync(process)).With(130);

        Assert.Contains("agents runs resume waiting --store 'Host=", ended.Err, StringComparison.Ordinal);
        Assert.Contains("Password=***", ended.Err, StringComparison.Ordinal);
        Assert.DoesNotContain(address.Password, ended.Err + ended.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://me:sesame@127.0.0.1:1/agents", "PostgreSQL database agents at 127.0.0.1:1 cannot be reached")]
    [InlineData("postgresql://me:ses%61me@[::1]:1/agents?sslmode=disable", "PostgreSQL database agents at ::1:1 cannot be")]
    [InlineData("Server=127.0.0.1;Port=1;User Id=me;Password=sesame", "PostgreSQL database me at 127.0.0.1:1 cannot be")]
    [InlineData("Host=127.0.0.1;Port=1;Pwd=sesame;Database=agents;", "Does the server run there")]
    public async Task A_server_that_cannot_be_reached_is_named_and_the_password_is_not(string store, string named)
    {
        workspace.Write("w.yaml", Samples.Echo);
        foreach (var args in (string[][])[["run", "w.yaml"], ["serve"], ["runs", "list"]])
        {
            var ended = (await workspace.AgentsAsync([.. args, "--store", store])).With(4);

            Assert.Contains(named, ended.Err, StringComparison.Ordinal);
            Assert.Equal("store.unavailable", ended.FailureCode);
            Assert.DoesNotContain("sesame", ended.Err + ended.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_database_that_is_missing_is_said_to_be()
    {
        var elsewhere = database.Address;
        elsewhere.Database = "nowhere";
        var ended = (await workspace.AgentsAsync("runs", "list", "--store", elsewhere.ConnectionString)).With(4);

        Assert.Contains("database \"nowhere\" does not exist. It has to be created once", ended.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_that_is_not_let_in_is_told_what_to_check()
    {
        var stranger = database.Address;
        stranger.Username = "stranger";
        stranger.Password = "sesame";
        var ended = (await workspace.AgentsAsync("runs", "list", "--store", stranger.ConnectionString)).With(4);

        Assert.Contains("does not let this user in", ended.Err, StringComparison.Ordinal);
        Assert.Contains("Check user, password", ended.Err, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", ended.Err + ended.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_left_alone()
    {
        workspace.Write("w.yaml", Samples.Echo);
        (await workspace.AgentsAsync("run", "w.yaml")).With(0);
        database.Execute("insert into migrations (number, name) values (99, '0099_later.sql')");
        foreach (var args in (string[][])[["run", "w.yaml"], ["serve"]])
        {
            var refused = (await workspace.AgentsAsync(args)).With(4);

            Assert.Equal("store.newer", refused.FailureCode);
            Assert.Contains("Use a newer one", refused.Err, StringComparison.Ordinal);
        }
    }

    public void Dispose()
    {
        workspace.Dispose();
        database.Dispose();
    }

    private async Task UntilStoredAsync(string run, string type)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!(await workspace.AgentsAsync("runs", "events", run)).With(0).Out.Contains(type, StringComparison.Ordinal))
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    private async Task<Process> ServeAsync()
    {
        var server = workspace.Start(["serve", "--verbose"]);
        await Workspace.UntilTellsAsync(server, "serving PostgreSQL database");
        return server;
    }
}
