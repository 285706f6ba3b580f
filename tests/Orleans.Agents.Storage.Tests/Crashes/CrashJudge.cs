using System.Text.Json;
using Orleans.Agents.Budgets;
using Orleans.Agents.Definitions;
using Orleans.Agents.Journal;
using Orleans.Agents.Replays;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Storage.Tests.Crashes;

/// <summary>Judges a tree of runs by nothing but what is stored of them.</summary>
internal sealed class CrashJudge
{
    private readonly Dictionary<RunId, (RunState State, List<RunEvent> Events)> runs = [];

    /// <summary>The names of the runs, in order.</summary>
    public IEnumerable<string> Runs => runs.Keys.Select(run => run.Value).Order(StringComparer.Ordinal);

    /// <summary>Reads what a store holds; at each moment every run keeps within what it was given.</summary>
    /// <param name="store">The store.</param>
    /// <param name="definition">What the runs are runs of.</param>
    public static async Task<CrashJudge> ReadAsync(IStore store, Definition definition)
    {
        var judge = new CrashJudge();
        foreach (var record in await store.Runs.ListAsync(new RunQuery(), default))
        {
            var workflow = Find(definition.Workflow, record.Hash)!;
            var replay = new Replay(workflow);
            var events = new List<RunEvent>();
            foreach (var append in await store.Journal.ReadAppendsAsync(record.Id, 0, 1_000, default))
            {
                var facts = JsonSerializer.Deserialize(append.Events.Span, RunJson.Default.ImmutableArrayRunEvent);
                events.AddRange(facts);
                Assert.True(replay.Take(facts, append.At), $"{record.Id} is decided otherwise: {replay.Difference}");
                StaysWithin(replay.State);
            }

            judge.runs.Add(record.Id, (replay.State, events));
        }

        return judge;
    }

    /// <summary>Everything is over: what was asked for is there once, and the books of each run are what its facts say.</summary>
    public void AllIsSettled()
    {
        Assert.Equal((EveryFeature.Output, RunStatus.Succeeded), (runs[CrashLife.Run].State.Output.ToString(), runs[CrashLife.Run].State.Status));
        var started = runs.Values.SelectMany(run => run.Events).Select(StartedBy).OfType<string>().Order(StringComparer.Ordinal);
        Assert.Equal(Runs, started.Append(CrashLife.Run.Value).Order(StringComparer.Ordinal));
        foreach (var (state, events) in runs.Values)
        {
            Assert.True(state.IsOver, $"{state.Origin!.Run} goes on");
            Assert.Null(state.Books?.Reserved);
            Assert.Equal((state.Origin!.Run, Settled(events)), (state.Origin.Run, Of(state.Books?.Settled)));
            var fromChildren = events.Select(SpentBy).OfType<Books>().Sum(spent => spent.Lost?.Tokens ?? 0);
            var mayLose = state.Failure?.Code == "run.cancelled"
                || events.Exists(e => e is RunEvent.TakenOver { WasPutDown: not true } or RunEvent.StateLeft { State: "any" });
            Assert.True(
                (state.Books?.Lost?.Tokens ?? 0) == fromChildren || mayLose,
                $"{state.Origin.Run} lost {state.Books?.Lost}, and nobody who carried it is gone");
            ChildrenToldTheTruth(events);
        }
    }

    // What a child says that it used is what its own books say.
    private void ChildrenToldTheTruth(List<RunEvent> events)
    {
        var children = events.OfType<RunEvent.ChildStarted>().ToDictionary(e => (e.Visit, e.Branch, e.Attempt), e => new RunId(e.Run));
        foreach (var happened in events)
        {
            if (KeyOf(happened) is { } key && children.TryGetValue(key, out var child) && SpentBy(happened) is { } spent)
            {
                Assert.Equal(Books.Of(runs[child].State), spent);
            }
        }
    }

    private static void StaysWithin(RunState state)
    {
        var books = Books.Of(state);
        var taken = Cost.Sum(Cost.Sum(books.Reserved, books.Settled), books.Lost) ?? Cost.Nothing;
        var bounds = state.Bounds!;
        Assert.True(
            (taken.Activities ?? 0) <= bounds.Activities && (taken.Launches ?? 0) <= bounds.Launches
            && (taken.Tokens ?? 0) <= bounds.Tokens && (taken.MicroUsd ?? 0) <= bounds.MicroUsd,
            $"{state.Origin!.Run} has {taken} of {bounds}");
        Assert.True(
            books.Reserved is not { } reserved || (reserved.Tokens ?? 0, reserved.MicroUsd ?? 0, reserved.Activities ?? 0) is ( >= 0, >= 0, >= 0),
            $"{state.Origin.Run} has {books.Reserved} set aside");
    }

    private static (long Tokens, long MicroUsd) Settled(List<RunEvent> events)
    {
        var (tokens, money) = (0L, 0L);
        foreach (var happened in events)
        {
            var spent = SpentBy(happened)?.Settled ?? (happened as RunEvent.RunLaunched)?.Spent;
            var usage = UsageOf(happened);
            tokens += (spent?.Tokens ?? 0) + (usage?.InputTokens ?? 0) + (usage?.OutputTokens ?? 0);
            money += (spent?.MicroUsd ?? 0) + (usage?.MicroUsd ?? 0);
        }

        return (tokens, money);
    }

    private static (long Tokens, long MicroUsd) Of(Cost? cost) => (cost?.Tokens ?? 0, cost?.MicroUsd ?? 0);

    private static string? StartedBy(RunEvent happened) =>
        (happened as RunEvent.ChildStarted)?.Run ?? (happened as RunEvent.RunLaunched)?.Run;

    private static Usage? UsageOf(RunEvent happened) => happened switch
    {
        RunEvent.ActivitySucceeded e => e.Usage,
        RunEvent.ActivityFailed e => e.Usage,
        RunEvent.LateResult e => e.Usage,
        _ => null,
    };

    private static Books? SpentBy(RunEvent happened) => happened switch
    {
        RunEvent.ActivitySucceeded e => e.Spent,
        RunEvent.ActivityFailed e => e.Spent,
        RunEvent.LateResult e => e.Spent,
        _ => null,
    };

    private static (int Visit, int Branch, int Attempt)? KeyOf(RunEvent happened) => happened switch
    {
        RunEvent.ActivitySucceeded e => (e.Visit, e.Branch, e.Attempt),
        RunEvent.ActivityFailed e => (e.Visit, e.Branch, e.Attempt),
        RunEvent.LateResult e => (e.Visit, e.Branch, e.Attempt),
        _ => null,
    };

    private static Workflow? Find(Workflow workflow, string hash) => workflow.Hash == hash
        ? workflow
        : workflow.Children.Values.Select(child => Find(child, hash)).FirstOrDefault(found => found is not null);
}
