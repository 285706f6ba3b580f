using System.Globalization;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Tests;

/// <summary>What it means to leave something for a run that others carry.</summary>
public abstract class InboxConformance<TDatabase> : StoreConformance<TDatabase>
    where TDatabase : ITestDatabase, new()
{
    [Fact]
    public async Task A_note_is_read_as_it_was_left_and_the_oldest_comes_first()
    {
        await StoredAsync(Start(Ada));
        await LeftAsync(Note(Ada, "z", "ünïcödé 🦊") with { At = Noon.AddTicks(9_999) });
        await LeftAsync(Note(Ada, "a"));
        var notes = await Store.Inbox.ReadAsync(Ada, Stop);
        Assert.Equal(["z", "a"], notes.Select(note => note.Id));
        Assert.Equal((Ada, Noon, "[\"ünïcödé 🦊\"]"), (notes[0].Run, notes[0].At, Text(notes[0].Body)));
    }

    [Fact]
    public async Task What_is_left_again_under_its_name_is_the_same_note_also_when_it_was_consumed_or_the_run_is_over()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Start(Bob));
        await LeftAsync(Note(Ada, "n"));
        await LeftAsync(Note(Bob, "n"));
        Assert.Equal(new Posted.Repeated(), await PostAsync(Note(Ada, "n", "other")));
        Assert.Equal("[\"note\"]", Text(Assert.Single(await Store.Inbox.ReadAsync(Ada, Stop)).Body));
        Assert.False(await Store.Inbox.HasAsync(Ada, "m", Stop));
        Assert.True(await Store.Inbox.HasAsync(Ada, "n", Stop));
        await StoredAsync(Next(Ada, 1) with { Consumed = ["n"] });
        Assert.Equal(new Posted.Repeated(), await PostAsync(Note(Ada, "n")));
        Assert.True(await Store.Inbox.HasAsync(Ada, "n", Stop));
        Assert.False(await Store.Inbox.HasAsync(new RunId("nobody"), "n", Stop));
        await StoredAsync(End(Ada, 2));
        Assert.Equal(new Posted.Repeated(), await PostAsync(Note(Ada, "n")));
        Assert.Empty(await Store.Inbox.ReadAsync(Ada, Stop));
    }

    [Fact]
    public async Task Nothing_is_left_for_a_run_that_is_over_or_does_not_exist()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(End(Ada, 1));
        Assert.Equal(new Posted.RunIsOver(), await PostAsync(Note(Ada, "n")));
        Assert.Equal(new Posted.NoSuchRun(), await PostAsync(Note(Bob, "n")));
        Assert.Empty(await Store.Inbox.ReadAsync(Ada, Stop));
        Assert.Empty(await Store.Inbox.ReadAsync(Bob, Stop));
        await StoredAsync(Start(Bob));
        await LeftAsync(Note(Bob, "n"));
    }

    [Fact]
    public async Task A_note_without_a_name_or_with_too_much_in_it_is_refused()
    {
        await StoredAsync(Start(Ada));
        await LeftAsync(Note(Ada, new string('n', InboxNote.MaxIdLength)) with { Body = Array.Empty<byte>() });
        await LeftAsync(Note(Ada, "large") with { Body = new byte[InboxNote.MaxBytes] });
        foreach (var note in (InboxNote[])
        [
            Note(Ada, ""),
            Note(Ada, new string('n', InboxNote.MaxIdLength + 1)),
            Note(Ada, "larger") with { Body = new byte[InboxNote.MaxBytes + 1] },
        ])
        {
            await Assert.ThrowsAsync<ArgumentException>(() => PostAsync(note));
        }

        Assert.Equal([0, InboxNote.MaxBytes], (await Store.Inbox.ReadAsync(Ada, Stop)).Select(n => n.Body.Length));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.Inbox.ReadForAsync(Epoch, 0, Stop));
    }

    [Fact]
    public async Task A_note_is_consumed_with_the_append_that_names_it()
    {
        await StoredAsync(Start(Ada));
        await LeftAsync(Note(Ada, "a"));
        await LeftAsync(Note(Ada, "b"));
        await LeftAsync(Note(Ada, "c"));
        var append = Next(Ada, 1) with { Consumed = ["a", "c", "unknown"] };
        await StoredAsync(append);
        Assert.Equal(["b"], await NotesOfAsync(Ada));
        await StoredAsync(append);
        Assert.Equal(["b"], await NotesOfAsync(Ada));
    }

    [Fact]
    public async Task An_append_that_loses_consumes_nothing()
    {
        await StoredAsync(Start(Ada));
        await LeftAsync(Note(Ada, "a"));
        var other = await Store.Carriers.TakeAsync(isKeeper: true, Stop);
        Assert.IsType<Appended.Lost>(await AppendAsync(Next(Ada, 5) with { Consumed = ["a"] }));
        Assert.IsType<Appended.Lost>(await AppendAsync(Next(Ada, 1) with { Consumed = ["a"], Epoch = other }));
        Assert.IsType<Appended.Lost>(await AppendAsync(End(Ada, 5)));
        Assert.Equal(["a"], await NotesOfAsync(Ada));
    }

    [Fact]
    public async Task Appends_that_arrive_together_consume_each_its_own_notes()
    {
        var runs = Enumerable.Range(0, 20).Select(n => new RunId($"run-{n:d2}")).ToList();
        foreach (var run in runs)
        {
            await StoredAsync(Start(run));
            await LeftAsync(Note(run, "a"));
            await LeftAsync(Note(run, "b"));
        }

        await Task.WhenAll(runs.Select((run, n) => AppendAsync(Next(run, n % 4 == 3 ? 9 : 1) with
        {
            Consumed = n % 4 == 0 ? [] : n % 4 == 1 ? ["a"] : ["a", "b"],
        }).AsTask()));

        for (var n = 0; n < runs.Count; n++)
        {
            string[] left = (n % 4) switch { 1 => ["b"], 2 => [], _ => ["a", "b"] };
            Assert.Equal(left, await NotesOfAsync(runs[n]));
        }
    }

    [Fact]
    public async Task An_append_that_ends_its_run_consumes_all_that_was_left_for_it()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Start(Bob));
        await LeftAsync(Note(Ada, "a"));
        await LeftAsync(Note(Bob, "b"));
        await StoredAsync(End(Ada, 1));
        Assert.Empty(await NotesOfAsync(Ada));
        Assert.Equal(["b"], await NotesOfAsync(Bob));
    }

    [Fact]
    public async Task Notes_that_lead_to_nothing_are_consumed_by_the_owner_of_the_run_and_nobody_else()
    {
        await StoredAsync(Start(Ada));
        await LeftAsync(Note(Ada, "a"));
        await LeftAsync(Note(Ada, "b"));
        var other = await Store.Carriers.TakeAsync(isKeeper: true, Stop);
        Assert.False(await Store.Inbox.ConsumeAsync(Ada, ["a"], other, Stop));
        Assert.False(await Store.Inbox.ConsumeAsync(Bob, ["a"], Epoch, Stop));
        Assert.Equal(["a", "b"], await NotesOfAsync(Ada));
        Assert.True(await Store.Inbox.ConsumeAsync(Ada, ["a", "unknown"], Epoch, Stop));
        Assert.True(await Store.Inbox.ConsumeAsync(Ada, ["a"], Epoch, Stop));
        Assert.Equal(["b"], await NotesOfAsync(Ada));
        await Store.Carriers.ReleaseAsync(Epoch, Stop);
        Assert.False(await Store.Inbox.ConsumeAsync(Ada, ["b"], Epoch, Stop));
        Assert.Equal(["b"], await NotesOfAsync(Ada));
    }

    [Fact]
    public async Task An_epoch_reads_what_was_left_for_the_runs_it_owns()
    {
        var other = await Store.Carriers.TakeAsync(isKeeper: true, Stop);
        await StoredAsync(Start(Ada));
        await StoredAsync(Start(Bob) with { Epoch = other });
        await StoredAsync(Start(new RunId("cid")));
        await StoredAsync(Start(new RunId("parked")));
        await StoredAsync(Release(new RunId("parked"), 1, null));
        await LeftAsync(Note(new RunId("cid"), "1"));
        await LeftAsync(Note(Bob, "2"));
        await LeftAsync(Note(Ada, "3"));
        await LeftAsync(Note(new RunId("parked"), "4"));
        await LeftAsync(Note(new RunId("cid"), "5"));
        await StoredAsync(Next(Ada, 1));
        Assert.Equal(["cid 1", "ada 3", "cid 5"], await NotesForAsync(Epoch));
        Assert.Equal(["cid 1", "ada 3"], await NotesForAsync(Epoch, limit: 2));
        Assert.Equal(["bob 2"], await NotesForAsync(other));
        Assert.True(await ClaimAsync(new RunId("parked"), other));
        await StoredAsync(Next(Ada, 2) with { Consumed = ["3"] });
        Assert.Equal(["bob 2", "parked 4"], await NotesForAsync(other));
        Assert.Equal(["cid 1", "cid 5"], await NotesForAsync(Epoch));
        Assert.Empty(await NotesForAsync(new Epoch(Epoch.Value + 100)));
    }

    [Fact]
    public async Task A_released_run_waits_for_a_carrier_while_there_are_notes_for_it()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Start(Bob));
        await LeftAsync(Note(Ada, "a"));
        await LeftAsync(Note(Ada, "b"));
        await LeftAsync(Note(Bob, "b"));
        Assert.Empty(await WaitingAsync());
        await StoredAsync(Release(Ada, 1, null) with { Consumed = ["b"] });
        await StoredAsync(Release(Bob, 1, Noon.AddHours(1)));
        Assert.Equal(["ada", "bob"], (await WaitingAsync()).Order(StringComparer.Ordinal));
        Assert.Single(await WaitingAsync(limit: 1));
        Assert.True(await ClaimAsync(Ada, Epoch));
        Assert.Equal(["bob"], await WaitingAsync());
        await StoredAsync(Release(Ada, 2, null) with { Consumed = ["a"] });
        Assert.Equal(["bob"], await WaitingAsync());
        await LeftAsync(Note(Ada, "c"));
        Assert.Equal(["ada", "bob"], (await WaitingAsync()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_run_is_listed_once_whatever_it_waits_for()
    {
        await StoredAsync(Start(Ada));
        await StoredAsync(Start(Bob));
        await LeftAsync(Note(Ada, "a"));
        await LeftAsync(Note(Bob, "b"));
        await LeftAsync(Note(Bob, "c"));
        await StoredAsync(Release(Bob, 1, Noon));
        await ReopenAsync();
        await Store.Carriers.FenceGoneAsync(Stop);
        Assert.Equal(["ada", "bob"], await WaitingAsync());
    }

    [Fact]
    public async Task Notes_are_there_again_after_the_process_has_ended()
    {
        await StoredAsync(Start(Ada));
        await LeftAsync(Note(Ada, "a"));
        await LeftAsync(Note(Ada, "b"));
        await StoredAsync(Next(Ada, 1) with { Consumed = ["a"] });
        await ReopenAsync();
        Assert.Equal(["b"], await NotesOfAsync(Ada));
        Assert.Equal(new Posted.Repeated(), await PostAsync(Note(Ada, "a")));
        Assert.Empty(await NotesForAsync(Epoch));
        await Store.Carriers.FenceGoneAsync(Stop);
        await ClaimAsync(Ada, Epoch);
        Assert.Equal(["ada b"], await NotesForAsync(Epoch));
    }

    [Fact]
    public async Task Of_many_who_leave_the_same_note_one_has_left_it()
    {
        await StoredAsync(Start(Ada));
        var other = await OpenAsync();
        var posted = await Task.WhenAll(Enumerable.Range(0, 16)
            .Select(n => Task.Run(() => (n % 2 == 0 ? Store : other).Inbox.PostAsync(Note(Ada, "n"), Stop))));
        Assert.Equal(1, posted.Count(outcome => outcome is Posted.Stored));
        Assert.Equal(15, posted.Count(outcome => outcome is Posted.Repeated));
        Assert.Single(await NotesOfAsync(Ada));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_note_is_consumed_once_whoever_posts_and_appends_meanwhile(int seed)
    {
        await StoredAsync(Start(Ada));
        var other = await OpenAsync();
        var posting = Task.Run(async () =>
        {
            for (var n = 0; n < 40; n++)
            {
                await other.Inbox.PostAsync(Note(Ada, n.ToString(CultureInfo.InvariantCulture)), Stop);
            }
        });
        var random = new Random(seed);
        var consumed = new List<string>();
        for (var version = 1; consumed.Count < 40; version++)
        {
            var some = (await Store.Inbox.ReadForAsync(Epoch, random.Next(1, 6), Stop)).Select(note => note.Id);
            var append = Next(Ada, version) with { Consumed = [.. some] };
            await StoredAsync(append);
            consumed.AddRange(append.Consumed);
        }

        await posting;
        Assert.Equal(40, consumed.Distinct().Count());
        Assert.Empty(await NotesOfAsync(Ada));
    }

    private static InboxNote Note(RunId run, string id, string text = "note") => new(run, id, Noon, Text(text));

    private Task<Posted> PostAsync(InboxNote note) => Store.Inbox.PostAsync(note, Stop);

    private async Task LeftAsync(InboxNote note) => Assert.Equal(new Posted.Stored(), await PostAsync(note));

    private async Task<IEnumerable<string>> NotesOfAsync(RunId run) =>
        (await Store.Inbox.ReadAsync(run, Stop)).Select(note => note.Id);

    private async Task<IEnumerable<string>> NotesForAsync(Epoch epoch, int limit = 100) =>
        (await Store.Inbox.ReadForAsync(epoch, limit, Stop)).Select(note => $"{note.Run} {note.Id}");

    private async Task<IEnumerable<string>> WaitingAsync(int limit = 100) =>
        (await Store.Runs.FindWaitingAsync(new WaitingQuery(Noon, limit), Stop)).Select(run => run.Value);
}
