namespace Orleans.Agents.EndToEnd.Tests.Checking;

/// <summary>A checker that finds nothing proves nothing, so each kind of wrong is planted here once.</summary>
public sealed class HistoryCheckerTests
{
    private const string Start = """[{"type":"run.started","origin":{"epoch":1}},{"type":"state.entered","state":"one","visit":1}]""";

    private const string First =
        """[{"type":"activity.succeeded","visit":1,"branch":0,"attempt":1,"output":1},{"type":"state.entered"}]""";

    private const string Taken = """[{"type":"run.taken_over","epoch":2}]""";

    private const string Failed = """[{"type":"activity.failed","visit":2,"branch":0,"attempt":1,"failure":{}}]""";

    private const string Last =
        """
        [{"type":"activity.succeeded","visit":2,"branch":0,"attempt":2,"output":2},
        {"type":"run.succeeded","output":{"n":2}}]
        """;

    private readonly List<RunRow> runs = [new("run-a", "key-a", 8, "succeeded", null)];

    // One step under epoch 1, then epoch 2 takes over, fails once and ends.
    private readonly List<AppendRow> appends =
    [
        new("run-a", 2, 1, Start),
        new("run-a", 4, 1, First),
        new("run-a", 5, 2, Taken),
        new("run-a", 6, 2, Failed),
        new("run-a", 8, 2, Last),
    ];

    private readonly List<CarrierRow> carriers = [new(1, true, "here:1"), new(2, false, "here:2")];

    // The second step was begun by the first process too, which died before it could report it.
    private readonly List<Effect> effects =
    [
        new("run-a/1/0", 1, 1), new("run-a/2/0", 1, 1), new("run-a/2/0", 1, 2), new("run-a/2/0", 2, 2),
    ];

    private readonly List<(string Activity, int Attempt)> once = [];
    private readonly List<Effect> again = [];
    private readonly Dictionary<Effect, int> anew = [];

    private readonly List<Promise> promises = [new("key-a", "run-a", """{"n":2}""")];

    [Fact]
    public void A_history_in_which_every_promise_is_kept_is_not_blamed() => Assert.Empty(Judge());

    [Fact]
    public void A_late_effect_of_a_process_that_was_fenced_is_not_blamed()
    {
        effects.Add(new Effect("run-a/2/0", 2, 1));

        Assert.Empty(Judge());
    }

    [Fact]
    public void An_activity_that_is_done_again_after_it_was_recorded_is_found()
    {
        effects.Add(new Effect("run-a/1/0", 1, 2));

        Assert.Contains(
            "run-a/1/0 was recorded under epoch 1 at attempt 1 and done again under epoch 2",
            OnlyBlame(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_attempt_after_one_that_succeeded_is_found()
    {
        effects.Add(new Effect("run-a/1/0", 2, 1));

        Assert.Contains("done again under epoch 1 at attempt 2", OnlyBlame(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_attempt_that_is_made_twice_by_one_process_is_found()
    {
        effects.Add(effects[3]);

        Assert.Equal("run-a/2/0 attempt 2 was done 2 times under epoch 2", OnlyBlame());
    }

    [Fact]
    public void An_attempt_that_is_made_anew_because_whoever_made_it_for_another_is_gone_is_not_blamed_but_one_more_is()
    {
        anew[effects[3]] = 2;
        effects.Add(effects[3]);
        Assert.Empty(Judge());

        effects.Add(effects[3]);
        Assert.Equal("run-a/2/0 attempt 2 was done 3 times under epoch 2", OnlyBlame());
    }

    [Fact]
    public void A_child_that_ended_otherwise_than_its_parent_says_or_is_lost_is_found()
    {
        const string Child = """{"type":"child.started","visit":2,"branch":0,"attempt":2,"run":"run-a~2.0"},""";
        appends[4] = appends[4] with { Version = 9, Events = Last.Insert(1, Child) };
        runs[0] = runs[0] with { Version = 9 };
        effects.RemoveAt(3);
        Assert.Equal("run-a~2.0 was started for run-a/2/0 and is lost", OnlyBlame());

        const string Whole = """[{"type":"run.started","origin":{"epoch":2}},{"type":"run.succeeded","output":2}]""";
        runs.Add(new RunRow("run-a~2.0", null, 2, "succeeded", null));
        appends.Add(new AppendRow("run-a~2.0", 2, 2, Whole));
        Assert.Empty(Judge());

        appends[^1] = appends[^1] with { Events = Whole.Replace("\"output\":2", "\"output\":3", StringComparison.Ordinal) };
        Assert.Equal("run-a/2/0 is recorded with 2; run-a~2.0 ended with 3", OnlyBlame());
    }

    [Fact]
    public void A_result_that_nobody_worked_for_is_found()
    {
        effects.RemoveAt(0);

        Assert.Equal("run-a/1/0 attempt 1 is recorded under epoch 1; nobody did it there", OnlyBlame());
    }

    [Theory]
    [InlineData("""{"type":"activity.reconciled","visit":2,"branch":0,"attempt":2,"outcome":"happened"},""")]
    [InlineData("""{"type":"activity.unknown","visit":2,"branch":0,"attempt":2,"failure":{}},""")]
    public void A_result_that_was_found_out_afterwards_needs_somebody_who_did_it_at_some_time(string how)
    {
        appends[4] = appends[4] with
        {
            Version = 9,
            Events = Last.Insert(1, how),
        };
        runs[0] = runs[0] with { Version = 9 };
        effects.RemoveAt(3);

        Assert.Equal("run-a/2/0 attempt 2 is recorded under epoch 2; nobody did it there", OnlyBlame());
        once.Add(("run-a/2/0", 2));
        Assert.Empty(Judge());
    }

    [Fact]
    public void What_must_be_done_once_and_is_done_twice_is_found()
    {
        once.AddRange([("run-a/2/0", 1), ("run-a/2/0", 2)]);

        Assert.Equal("run-a/2/0 must be done once and was done 2 times", OnlyBlame());
    }

    [Fact]
    public void What_must_be_done_once_and_is_called_again_is_found()
    {
        again.Add(effects[2]);

        Assert.Equal("run-a/2/0 must be done once and was called again under epoch 2", OnlyBlame());
    }

    [Fact]
    public void A_run_that_is_lost_is_found()
    {
        runs.Clear();
        appends.Clear();
        effects.Clear();

        Assert.Equal("run-a was acknowledged for key-a and is lost", OnlyBlame());
    }

    [Fact]
    public void A_run_that_never_ends_is_found()
    {
        runs[0] = runs[0] with { Version = 6, Status = "running", Owner = 1 };
        appends.RemoveAt(4);
        effects.RemoveAt(3);

        Assert.Equal(
            [
                "run-a is left to the fenced epoch 1",
                "run-a is said to be running; its journal says it never ended",
                """run-a ended with no output instead of {"n":2}""",
            ],
            Judge());
    }

    [Fact]
    public void An_output_that_is_wrong_is_found()
    {
        promises[0] = promises[0] with { Output = """{"n":3}""" };

        Assert.Equal("""run-a ended with {"n":2} instead of {"n":3}""", OnlyBlame());
    }

    [Fact]
    public void A_key_that_started_two_runs_is_found()
    {
        runs.Add(runs[0] with { Run = "run-b" });
        appends.AddRange(appends.Select(a => a with { Run = "run-b" }).ToList());
        effects.AddRange(effects.Select(e => e with { Activity = $"run-b{e.Activity["run-a".Length..]}" }).ToList());

        Assert.Equal("key key-a started 2 runs", OnlyBlame());
    }

    [Fact]
    public void A_missing_append_is_found()
    {
        appends.RemoveAt(3);

        Assert.Equal("run-a has 2 events between versions 5 and 8", OnlyBlame());
    }

    [Fact]
    public void An_append_of_somebody_who_did_not_take_the_run_over_is_found()
    {
        appends[4] = appends[4] with { Epoch = 1 };

        Assert.Contains("run-a goes on under epoch 1 at version 8 and nobody took it over", Judge());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void An_epoch_that_does_not_grow_with_a_takeover_is_found(long epoch)
    {
        appends[2] = appends[2] with { Epoch = epoch, Events = Taken.Replace("2", $"{epoch}", StringComparison.Ordinal) };

        Assert.Contains($"run-a went from epoch 1 to {epoch} at version 5, carried by {epoch}", Judge());
    }

    [Fact]
    public void An_older_process_may_take_over_under_an_epoch_of_the_run_that_grows()
    {
        appends[2] = appends[2] with { Events = Taken.Replace('2', '7') };
        effects[2] = effects[2] with { Epoch = 7 };
        effects[3] = effects[3] with { Epoch = 7 };

        Assert.Empty(Judge());
    }

    [Fact]
    public void An_effect_under_an_epoch_that_never_carried_the_run_is_found()
    {
        effects.Add(new Effect("run-a/2/0", 2, 3));

        Assert.Equal("run-a/2/0 was done under epoch 3, which never carried the run", OnlyBlame());
    }

    [Fact]
    public void A_result_that_is_recorded_twice_is_found()
    {
        appends.Insert(2, new AppendRow("run-a", 6, 1, First));
        appends[3] = appends[3] with { Version = 7 };
        appends[4] = appends[4] with { Version = 8 };
        appends[5] = appends[5] with { Version = 10 };
        runs[0] = runs[0] with { Version = 10 };

        Assert.Equal(
            ["run-a/1/0 attempt 1 is recorded twice", "run-a/1/0 attempt 1 is recorded although the activity had succeeded"],
            Judge());
    }

    [Fact]
    public void A_run_that_goes_on_after_its_end_is_found()
    {
        appends.Add(new AppendRow("run-a", 9, 3, Taken.Replace('2', '3')));
        runs[0] = runs[0] with { Version = 9 };

        Assert.Equal("run-a goes on after its end, at version 9", OnlyBlame());
    }

    private IReadOnlyList<string> Judge() => HistoryChecker.Judge(
        new StoreContents(runs, appends, carriers), new WorkRecords(effects, once, again) { MadeAnew = anew }, promises);

    private string OnlyBlame() => Assert.Single(Judge());
}
