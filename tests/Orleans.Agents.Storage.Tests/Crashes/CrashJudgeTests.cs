using Orleans.Agents.Budgets;
using Orleans.Agents.Definitions;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Storage.Tests.Crashes;

/// <summary>
/// A judge that finds nothing proves nothing: what a real process left behind is judged sound, and what is taken out of it, added to it
/// or changed in it is found.
/// </summary>
public sealed class CrashJudgeTests(CrashJudgeTests.SoundTree tree) : IClassFixture<CrashJudgeTests.SoundTree>
{
    private static readonly RunId Child = new("run-1~4.0");

    private CrashContents Sound => tree.Contents!;

    private CrashRun Root => Sound[CrashLife.Run];

    [Fact]
    public void A_sound_tree_has_nothing_wrong() => Assert.Empty(Judge(Sound));

    [Fact]
    public void It_is_noticed_when_a_child_has_two_rows() =>
        Finds($"{Child} has two rows", Sound with { Runs = Sound.Runs.Add(Sound[Child]) });

    [Fact]
    public void It_is_noticed_when_a_child_was_begun_and_is_not_there() =>
        Finds($"{Child} was begun and is not there", Sound with { Runs = Sound.Runs.Remove(Sound[Child]) });

    [Fact]
    public void It_is_noticed_when_a_run_is_there_that_nobody_began() => Finds(
        "run-1~4.7 is there and nobody began it",
        Sound with { Runs = Sound.Runs.Add(Sound[Child] with { Record = Sound[Child].Record with { Id = new RunId("run-1~4.7") } }) });

    [Fact]
    public void It_is_noticed_when_a_child_was_begun_twice()
    {
        var begun = Root.Events.OfType<RunEvent.ChildStarted>().Single(e => e.Run == Child.Value);
        Finds($"{Child} was begun twice", Sound.With(Root.Replace(begun, begun, begun)));
    }

    [Fact]
    public void It_is_noticed_when_a_launch_is_not_recorded() => Finds(
        "run-1~9.0 is there and nobody began it", Sound.With(Root.Replace(Root.Events.OfType<RunEvent.RunLaunched>().Single())));

    [Fact]
    public void It_is_noticed_when_another_branch_won_than_the_rules_say()
    {
        var won = Winner();
        Finds("run-1 is decided otherwise", Sound.With(Root.Replace(won, won with { Branch = won.Branch == 1 ? 0 : 1 })));
    }

    [Fact]
    public void It_is_noticed_when_a_fan_out_goes_on_with_what_its_winner_did_not_say()
    {
        var left = Root.Events.OfType<RunEvent.StateLeft>().Single(e => e.State == "any");
        var saved = left.Saved!.SetItem("any", Payload.Parse("""{"paid":"paid 6"}"""));
        Finds("run-1 is decided otherwise", Sound.With(Root.Replace(left, left with { Saved = saved })));
    }

    [Fact]
    public void It_is_noticed_when_a_result_is_recorded_twice()
    {
        var won = Winner();
        Finds("run-1 has two results of attempt 1", Sound.With(Root.Replace(won, won, won)));
    }

    [Fact]
    public void It_is_noticed_when_what_a_loser_did_is_recorded_twice()
    {
        var late = Root.Events.OfType<RunEvent.LateResult>().First();
        Finds("run-1 has two late results of attempt 1", Sound.With(Root.Replace(late, late, late)));
    }

    [Fact]
    public void It_is_noticed_when_a_result_is_lost() => Finds("run-1 is decided otherwise", Sound.With(Root.Replace(Winner())));

    [Fact]
    public void It_is_noticed_when_a_child_used_what_its_parent_was_not_told()
    {
        var leaf = Sound[new RunId($"{Child}~2.0")];
        var asked = leaf.Events.OfType<RunEvent.ActivitySucceeded>().First(e => e.Usage is not null);
        var dearer = asked with { Usage = asked.Usage! with { InputTokens = asked.Usage.InputTokens + 1 } };
        Finds($"{Child} was told that {leaf.Name} used", Sound.With(leaf.Replace(asked, dearer)));
    }

    [Fact]
    public void It_is_noticed_when_a_parent_was_told_what_its_child_did_not_use()
    {
        var told = Root.Events.OfType<RunEvent.ActivitySucceeded>().First(e => e.Spent is not null);
        var more = told with { Spent = told.Spent! with { Lost = new Cost(Tokens: 7) } };
        Finds("run-1 was told that", Sound.With(Root.Replace(told, more)));
    }

    [Fact]
    public void It_is_noticed_when_less_was_set_aside_than_the_rules_say()
    {
        var begun = Root.Events.OfType<RunEvent.ChildStarted>().Single(e => e.Run == Child.Value);
        var less = begun with { Reserved = begun.Reserved! with { Tokens = begun.Reserved.Tokens - 1 } };
        Finds("run-1 is decided otherwise", Sound.With(Root.Replace(begun, less)));
    }

    [Fact]
    public void It_is_noticed_when_a_row_says_more_than_there_is() => Finds(
        "facts, and its row says", Sound.With(Root with { Record = Root.Record with { Version = Root.Record.Version + 1 } }));

    [Fact]
    public void It_is_noticed_when_a_run_goes_on_whose_end_its_parent_was_told()
    {
        var child = Sound[Child];
        Finds($"run-1 has a result of {Child}, which goes on", Sound.With(child with { Appends = child.Appends.RemoveAt(child.Appends.Length - 1) }));
    }

    [Fact]
    public void It_is_noticed_when_a_run_ended_with_another_output()
    {
        var end = Root.Events.OfType<RunEvent.Succeeded>().Single();
        Finds("run-1 is decided otherwise", Sound.With(Root.Replace(end, new RunEvent.Succeeded(Payload.Null))));
        Finds("run-1 ended Succeeded with", CrashJudge.JudgeEnd(Sound, tree.Definition, "null"));
    }

    [Fact]
    public void It_is_noticed_when_a_run_never_ended()
    {
        var unfinished = Root with { Appends = Root.Appends.RemoveAt(Root.Appends.Length - 1) };
        Finds("run-1 goes on", Sound.With(unfinished));
    }

    private RunEvent.ActivitySucceeded Winner()
    {
        var visit = Root.Events.OfType<RunEvent.StateLeft>().Single(e => e.State == "any").Visit;
        return Root.Events.OfType<RunEvent.ActivitySucceeded>().Single(e => e.Visit == visit);
    }

    private IReadOnlyList<string> Judge(CrashContents contents) =>
        CrashJudge.JudgeEnd(contents, tree.Definition, EveryFeature.Output);

    private void Finds(string what, CrashContents contents) => Finds(what, Judge(contents));

    private static void Finds(string what, IReadOnlyList<string> wrong) =>
        Assert.Contains(wrong, found => found.Contains(what, StringComparison.Ordinal));

    /// <summary>What one process that did not die left behind.</summary>
    public sealed class SoundTree : IAsyncLifetime
    {
        internal Definition Definition { get; } = CrashWorld.Load(EveryFeature.Yaml);

        internal CrashContents? Contents { get; private set; }

        public async Task InitializeAsync()
        {
            using var database = new SqliteTestDatabase();
            Assert.True(await new CrashLife(database.Open(), new CrashWorld(1), Definition, Death.Never).LiveAsync());
            await using var store = database.Open();
            Contents = await CrashContents.ReadAsync(store);
        }

        public Task DisposeAsync() => Task.CompletedTask;
    }
}
