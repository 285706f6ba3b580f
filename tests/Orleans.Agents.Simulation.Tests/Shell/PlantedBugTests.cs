using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Simulation.Tests.Shell;

/// <summary>A simulation that finds nothing proves nothing: each of these bugs is found, and called by its name.</summary>
public sealed class PlantedBugTests
{
    private const int AtMost = 300;

    [Fact]
    public void It_is_noticed_when_a_store_says_stored_of_what_it_lost() => AssertFound(
        Invariant.StateIsFold,
        AtTheProcess(static async (append, send) =>
        {
            _ = await send(append);
            return new Appended.Stored();
        }));

    [Fact]
    public void It_is_noticed_when_an_append_is_answered_before_it_is_stored() => AssertFound(
        Invariant.StateIsFold,
        AtTheProcess(static (append, send) =>
        {
            _ = send(append);
            return Task.FromResult<Appended>(new Appended.Stored());
        }));

    // It was not stored after all, or it was, and is started once more by who forgot that.
    [Fact]
    public void It_is_noticed_when_a_start_that_failed_is_taken_for_made() => AssertFound(
        [Invariant.AnswersAreDurable, Invariant.StateIsFold],
        AtTheProcess(static async (append, send) =>
        {
            try
            {
                return await send(append);
            }
            catch (StoreException) when (append.Birth is not null)
            {
                return new Appended.AlreadyStarted(append.Run);
            }
        }));

    [Fact]
    public void It_is_noticed_when_a_failed_append_is_taken_for_not_stored_and_left_out() => AssertFound(
        Invariant.StateIsFold,
        AtTheProcess(static async (append, send) =>
        {
            try
            {
                return await send(append);
            }
            catch (StoreException) when (append.Birth is null)
            {
                return new Appended.Stored();
            }
        }));

    [Fact]
    public void It_is_noticed_when_a_claim_succeeds_while_the_owner_lives() => AssertFound(
        Invariant.OneOwner,
        new Plant
        {
            AtTheDatabase = static (database, store) => new PlantedStore(store)
            {
                Claimed = (claims, epoch, _) => [.. claims.Select(c => c.Run).Where(run => Steal(database, run, epoch))],
            },
        });

    [Fact]
    public void It_is_noticed_when_a_fenced_epoch_writes() => AssertFound(
        Invariant.FencedNeverWrites,
        new Plant
        {
            AtTheDatabase = static (database, store) => new PlantedStore(store)
            {
                Appending = async (append, send) =>
                {
                    var fenced = database.Carriers[append.Epoch];
                    database.Carriers[append.Epoch] ??= new MemoryStore(database);
                    var appended = await send(append);
                    database.Carriers[append.Epoch] = fenced;
                    return appended;
                },
            },
        });

    [Fact]
    public void It_is_noticed_when_the_end_of_a_child_is_not_told_to_its_parent() => AssertFound(
        Invariant.EveryRunEnds,
        AtTheProcess(static (append, send) => send(append with { Notes = [] })));

    [Fact]
    public void It_is_noticed_when_a_child_does_not_tell_what_it_used() => AssertFound(
        Invariant.BooksBalance,
        AtTheProcess(static (append, send) => send(append with { Notes = [.. append.Notes.Select(WithoutBooks)] })));

    [Fact]
    public void It_is_noticed_when_a_child_is_named_and_not_begun() => AssertFound(
        Invariant.StartedIsThere,
        AtTheProcess(static (append, send) => send(append with { Children = [] })));

    [Fact]
    public void It_is_noticed_when_a_signal_is_said_to_be_stored_and_is_not() => AssertFound(
        Invariant.AnswersAreDurable,
        new Plant
        {
            AtTheProcess = static store => new PlantedStore(store)
            {
                Posting = static async (note, send) => note.Id.StartsWith("signal-", StringComparison.Ordinal)
                    ? new Posted.Stored()
                    : await send(note),
            },
        });

    [Fact]
    public void It_is_noticed_when_the_newest_signal_is_read_first() => AssertFound(
        Invariant.SignalsComeOnce,
        new Plant { AtTheProcess = static store => new PlantedStore(store) { Left = static left => [.. left.Reverse()] } });

    [Fact]
    public void It_is_noticed_when_an_append_does_not_consume_its_signals() => AssertFound(
        Invariant.SignalsComeOnce,
        AtTheProcess(static (append, send) => send(append with { Consumed = [] })));

    [Fact]
    public void It_is_noticed_when_a_keeper_never_looks() => AssertFound(
        Invariant.EveryRunEnds,
        new Plant { AtTheProcess = static store => new PlantedStore(store) { Waiting = static _ => [] } });

    [Fact]
    public void It_is_noticed_when_nobody_is_ever_fenced() => AssertFound(
        Invariant.EveryRunEnds,
        new Plant { AtTheProcess = static store => new PlantedStore(store) { FencesNobody = true } });

    [Fact]
    public void It_is_noticed_when_a_snapshot_leaves_out_the_last_fact() => AssertFound(
        Invariant.SnapshotIsFold,
        AtTheProcess(static (append, send) => send(append with
        {
            Snapshot = Encoding.UTF8.GetBytes($$"""{"version":{{append.Version - 1}}}"""),
        })));

    [Fact]
    public void It_is_noticed_when_a_run_is_put_down_without_a_time_to_wake() => AssertFound(
        Invariant.NothingSleeps,
        AtTheProcess(static (append, send) => send(append with { Row = append.Row with { WakeAt = null } })));

    [Fact]
    public void It_is_noticed_when_a_result_is_stored_that_nobody_gave() => AssertFound(
        Invariant.ResultsWereGiven,
        AtTheProcess(static (append, send) => send(append with { Events = WithAnotherOutput(append.Events) })));

    [Fact]
    public void It_is_noticed_when_a_call_is_made_again_that_had_its_effect() => AssertFound(
        Invariant.OnceMeansOnce, new Plant { RemembersCalls = false });

    [Fact]
    public void It_is_noticed_when_a_large_payload_is_taken_out_and_not_kept() => AssertFound(
        Invariant.PayloadsAreWhole,
        AtTheProcess(static (append, send) => send(append with { Blobs = [] })));

    [Fact]
    public void It_is_noticed_when_a_fork_begins_elsewhere_than_the_other_run_stood() => AssertFound(
        Invariant.ForksBeginAtTheCut,
        AtTheProcess(static (append, send) => send(append with { Events = WithOneMoreActivity(append.Events) })));

    [Fact]
    public void It_is_noticed_when_a_fork_is_said_to_be_there_and_is_not() => AssertFound(
        [Invariant.AnswersAreDurable, Invariant.StateIsFold],
        AtTheProcess(static (append, send) =>
            IsFork(append) ? Task.FromResult<Appended>(new Appended.Stored()) : send(append)));

    private static Plant AtTheProcess(Func<Append, Func<Append, Task<Appended>>, Task<Appended>> appending) =>
        new() { AtTheProcess = store => new PlantedStore(store) { Appending = appending } };

    private static bool Steal(MemoryDatabase database, RunId name, Epoch epoch)
    {
        var run = database.Find(name)!;
        run.Record = run.Record with { Owner = run.Record.Row.IsOver ? null : epoch };
        return !run.Record.Row.IsOver;
    }

    private static InboxNote WithoutBooks(InboxNote note)
    {
        var body = JsonNode.Parse(note.Body.Span)!.AsObject();
        body.Remove("spent");
        return note with { Body = Encoding.UTF8.GetBytes(body.ToJsonString()) };
    }

    private static ReadOnlyMemory<byte> WithAnotherOutput(ReadOnlyMemory<byte> events) =>
        System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(events.Span)
            .Replace("\"output\":\"three\"", "\"output\":\"four\"", StringComparison.Ordinal));

    private static bool IsFork(Append append) => Encoding.UTF8.GetString(append.Events.Span).Contains("run.forked", StringComparison.Ordinal);

    private static ReadOnlyMemory<byte> WithOneMoreActivity(ReadOnlyMemory<byte> events) =>
        Encoding.UTF8.GetBytes(Regex.Replace(
            Encoding.UTF8.GetString(events.Span), "(?<=run.forked.*\"activities_used\":)[0-9]+", static used => $"{int.Parse(used.Value, CultureInfo.InvariantCulture) + 1}"));

    private static void AssertFound(string invariant, Plant plant) => AssertFound([invariant], plant);

    private static void AssertFound(string[] invariants, Plant plant) => Assert.Contains(
        Seeds.FirstBroken(AtMost, seed => ShellWorld.Play(seed, plant, false)).Invariant, invariants);
}
