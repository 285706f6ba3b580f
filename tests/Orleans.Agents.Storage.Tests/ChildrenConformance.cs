using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Tests;

/// <summary>What it means to be born with an append of another run, and to be left a note with one.</summary>
public abstract class ChildrenConformance<TDatabase> : StoreConformance<TDatabase>
    where TDatabase : ITestDatabase, new()
{
    private static readonly RunId Eve = new("ada~1.0");
    private static readonly RunId Fay = new("ada~1.1");

    [Fact]
    public async Task Children_are_born_with_the_append_and_owned_like_it()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Next(Ada, 1) with { Children = [Start(Eve), Start(Fay, text: "fay")] });

        Assert.Equal([Eve, Fay], await ChildrenOfAsync(Ada));
        Assert.Equal((1, Epoch), ((await Store.Runs.FindAsync(Eve, Stop))!.Version, (await Store.Runs.FindAsync(Eve, Stop))!.Owner));
        Assert.Equal("[\"fay\"]", Text(Assert.Single(await Store.Journal.ReadAppendsAsync(Fay, 0, 10, Stop)).Events));
        await StoredAsync(Next(Eve, 1));
        Assert.Empty(await ChildrenOfAsync(Eve));
    }

    [Fact]
    public async Task An_append_that_loses_bears_nobody_and_leaves_nothing()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Start(Bob));
        var lost = Next(Ada, 5) with { Children = [Start(Eve)], Notes = [Note(Bob, "n")] };
        Assert.IsType<Appended.Lost>(await AppendAsync(lost));

        Assert.Null(await Store.Runs.FindAsync(Eve, Stop));
        Assert.Empty(await Store.Inbox.ReadAsync(Bob, Stop));
        Assert.Empty(await ChildrenOfAsync(Ada));
    }

    [Fact]
    public async Task The_same_append_sent_again_is_stored_once_with_all_of_it()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Start(Bob));
        var append = Next(Ada, 1) with { Children = [Start(Eve)], Notes = [Note(Bob, "n")] };
        await StoredAsync(append);
        await StoredAsync(Next(Eve, 1));
        await StoredAsync(append);

        Assert.Equal(2, (await Store.Runs.FindAsync(Eve, Stop))!.Version);
        Assert.Equal([Eve], await ChildrenOfAsync(Ada));
        Assert.Single(await Store.Inbox.ReadAsync(Bob, Stop));
    }

    [Fact]
    public async Task A_fenced_epoch_bears_nobody()
    {
        await StoredAsync(Start(Ada));
        await Store.Carriers.ReleaseAsync(Epoch, Stop);
        Assert.IsType<Appended.Lost>(await AppendAsync(Next(Ada, 1) with { Children = [Start(Eve)] }));

        Assert.Null(await Store.Runs.FindAsync(Eve, Stop));
    }

    [Fact]
    public async Task A_child_that_is_over_or_waits_when_it_is_born_belongs_to_nobody()
    {
        await StoredAsync(Start(Ada));
        var over = Start(Eve) with { Row = new RunRow(RunStatus.Succeeded, null, IsReleased: true) };
        var waits = Start(Fay) with { Row = new RunRow(RunStatus.Running, "rest", IsReleased: true, WakeAt: Noon) };
        await StoredAsync(Next(Ada, 1) with { Children = [over, waits] });

        Assert.True((await Store.Runs.FindAsync(Eve, Stop))!.Row.IsOver);
        Assert.Equal(Fay, Assert.Single(await Store.Runs.FindWaitingAsync(new WaitingQuery(Noon.AddSeconds(1), 10), Stop)));
    }

    [Fact]
    public async Task A_note_is_left_with_the_append_for_whoever_carries_the_other_run()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Start(Bob));
        await StoredAsync(Release(Bob, 1, null));
        await StoredAsync(End(Ada, 1) with { Notes = [Note(Bob, "a", "ünïcödé 🦊"), Note(Bob, "b")] });

        var notes = await Store.Inbox.ReadAsync(Bob, Stop);
        Assert.Equal(["a", "b"], notes.Select(note => note.Id));
        Assert.Equal((Noon, "[\"ünïcödé 🦊\"]"), (notes[0].At, Text(notes[0].Body)));
        Assert.Equal(Bob, Assert.Single(await Store.Runs.FindWaitingAsync(new WaitingQuery(Noon, 10), Stop)));
    }

    [Fact]
    public async Task A_note_for_a_run_that_is_born_with_the_append_is_left_too()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Next(Ada, 1) with { Children = [Start(Eve)], Notes = [Note(Eve, "n")] });

        Assert.Equal("n", Assert.Single(await Store.Inbox.ReadForAsync(Epoch, 10, Stop)).Id);
    }

    [Fact]
    public async Task A_note_that_cannot_be_left_is_passed_over_and_one_left_before_counts()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Start(Bob));
        await StoredAsync(End(Bob, 1));
        await StoredAsync(Start(Eve));
        await Store.Inbox.PostAsync(Note(Eve, "n", "first"), Stop);
        await StoredAsync(Next(Ada, 1) with { Notes = [Note(Bob, "n"), Note(new RunId("nobody"), "n"), Note(Eve, "n")] });

        Assert.Empty(await Store.Inbox.ReadAsync(Bob, Stop));
        Assert.Equal("[\"first\"]", Text(Assert.Single(await Store.Inbox.ReadAsync(Eve, Stop)).Body));
    }

    [Fact]
    public async Task Appends_that_arrive_together_bear_each_its_own_children()
    {
        var parents = Enumerable.Range(0, 20).Select(n => new RunId($"run-{n:d2}")).ToList();
        await Task.WhenAll(parents.Select(run => StoredAsync(Start(run))));
        await Task.WhenAll(parents.Select((run, n) => n % 5 == 0
            ? AppendAsync(Next(run, 7) with { Children = Litter(run) }).AsTask()
            : AppendAsync(Next(run, 1) with { Children = Litter(run), Notes = [Note(parents[0], run.Value)] }).AsTask()));

        for (var n = 0; n < parents.Count; n++)
        {
            Assert.Equal(n % 5 == 0 ? 0 : 30, (await ChildrenOfAsync(parents[n])).Count);
        }

        Assert.Equal(16, (await Store.Inbox.ReadAsync(parents[0], Stop)).Length);
    }

    [Fact]
    public async Task A_thousand_children_are_listed_page_by_page_in_the_order_of_their_births()
    {
        await StoredAsync(Start(Ada));
        var names = Enumerable.Range(0, 1_000).Select(n => new RunId($"ada~1.{n}")).ToList();
        await StoredAsync(Next(Ada, 1) with { Children = [.. names.Select(name => Start(name))] });

        var first = await Store.Runs.ListChildrenAsync(Ada, null, 600, Stop);
        var rest = await Store.Runs.ListChildrenAsync(Ada, first[^1].Id, 600, Stop);
        Assert.Equal(names.Order(RunOrder), first.Concat(rest).Select(child => child.Id).Order(RunOrder));
        Assert.Empty(await Store.Runs.ListChildrenAsync(Ada, rest[^1].Id, 600, Stop));
        Assert.Empty(await Store.Runs.ListChildrenAsync(new RunId("nobody"), null, 10, Stop));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.Runs.ListChildrenAsync(Ada, null, 0, Stop));
    }

    [Fact]
    public async Task A_pruned_child_is_listed_no_more_and_its_name_stays_taken()
    {
        await StoredAsync(Start(Ada));
        var over = Start(Eve) with { Row = new RunRow(RunStatus.Succeeded, null, IsReleased: true) };
        await StoredAsync(Next(Ada, 1) with { Children = [over, Start(Fay)] });
        Assert.Equal(1, (await Store.Runs.PruneAsync(new PruneRule(null, 0), Stop)).Runs);

        Assert.Equal([Fay], await ChildrenOfAsync(Ada));
        Assert.Equal(new Appended.AlreadyStarted(Eve), await AppendAsync(Start(Eve)));
    }

    [Fact]
    public async Task What_is_stored_beside_an_append_must_be_a_birth_under_its_epoch()
    {
        await StoredAsync(Start(Ada));
        foreach (var child in (Append[])
        [
            Next(Eve, 1),
            Start(Eve) with { Children = [Start(Fay)] },
            Start(Eve) with { Notes = [Note(Ada, "n")] },
            Start(Eve) with { Epoch = new Epoch(Epoch.Value + 1) },
        ])
        {
            await Assert.ThrowsAsync<ArgumentException>(() => AppendAsync(Next(Ada, 1) with { Children = [child] }).AsTask());
        }
    }

    private static Comparer<RunId> RunOrder { get; } =
        Comparer<RunId>.Create((one, other) => string.CompareOrdinal(one.Value, other.Value));

    private static InboxNote Note(RunId run, string id, string text = "note") => new(run, id, Noon, Text(text));

    private System.Collections.Immutable.ImmutableArray<Append> Litter(RunId parent) =>
        [.. Enumerable.Range(0, 30).Select(n => Start(new RunId($"{parent}~1.{n}")))];

    private async Task<IReadOnlyList<RunId>> ChildrenOfAsync(RunId parent) =>
        [.. (await Store.Runs.ListChildrenAsync(parent, null, 100, Stop)).Select(child => child.Id)];
}
