using Orleans.Agents.Budgets;
using Orleans.Agents.Definitions;
using Orleans.Agents.Replays;
using Orleans.Agents.Runs;
using Orleans.Agents.Simulation.Tests;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Storage.Tests.Crashes;

/// <summary>Judges a tree of runs by nothing but what is stored of them, and says what is wrong.</summary>
internal sealed class CrashJudge
{
    private readonly CrashContents contents;
    private readonly Definition definition;
    private readonly Dictionary<string, RunState> states = [];
    private readonly List<string> wrong = [];

    private CrashJudge(CrashContents contents, Definition definition)
    {
        this.contents = contents;
        this.definition = definition;
    }

    /// <summary>
    /// What is wrong at this moment, whatever is under way. Each run's facts are decided the same once more; its books are what its
    /// facts say, and within what it was given; every child that was begun is there once, and nothing else.
    /// </summary>
    public static IReadOnlyList<string> Judge(CrashContents contents, Definition definition)
    {
        var judge = new CrashJudge(contents, definition);
        judge.JudgeMoment();
        return judge.wrong;
    }

    /// <summary>The same when everything is over, which it must be: with the output that hangs on nothing but the definition.</summary>
    public static IReadOnlyList<string> JudgeEnd(CrashContents contents, Definition definition, string output)
    {
        var judge = new CrashJudge(contents, definition);
        judge.JudgeMoment();
        judge.JudgeOutput(output);
        return judge.wrong;
    }

    private void JudgeMoment()
    {
        JudgeRows();
        foreach (var run in contents.Runs)
        {
            JudgeFacts(run);
            JudgeResults(run);
        }

        foreach (var run in contents.Runs)
        {
            JudgeChildren(run);
        }
    }

    private void JudgeRows()
    {
        var begun = contents.Runs.SelectMany(run => run.Events).Select(StartedBy).OfType<string>().ToList();
        foreach (var twice in Twice(contents.Names))
        {
            wrong.Add($"{twice} has two rows");
        }

        foreach (var twice in Twice(begun))
        {
            wrong.Add($"{twice} was begun twice");
        }

        foreach (var missing in begun.Except(contents.Names))
        {
            wrong.Add($"{missing} was begun and is not there");
        }

        foreach (var foreign in contents.Names.Except(begun).Except([CrashLife.Run.Value]))
        {
            wrong.Add($"{foreign} is there and nobody began it");
        }
    }

    // Every append is decided again, and a second pair of books is kept from the facts alone.
    private void JudgeFacts(CrashRun run)
    {
        var replay = new Replay(Find(definition.Workflow, run.Record.Hash)!);
        var books = new BookWatch();
        try
        {
            foreach (var (at, _, events) in run.Appends)
            {
                if (!replay.Take(events, at))
                {
                    wrong.Add($"{run.Name} is decided otherwise: {replay.Difference}");
                    break;
                }

                books.Stored(events, at, replay.State);
            }
        }
        catch (BrokenInvariantException broken)
        {
            wrong.Add($"{run.Name}: {broken.Message}");
        }

        if (run.Record.Version != run.Events.Count())
        {
            wrong.Add($"{run.Name} has {run.Events.Count()} facts, and its row says {run.Record.Version}");
        }

        states[run.Name] = replay.State;
    }

    private void JudgeResults(CrashRun run)
    {
        foreach (var twice in Twice(run.Events.Where(e => e is not RunEvent.LateResult).Select(KeyOf).OfType<AttemptKey>()))
        {
            wrong.Add($"{run.Name} has two results of {twice}");
        }

        foreach (var twice in Twice(run.Events.OfType<RunEvent.LateResult>().Select(KeyOf).OfType<AttemptKey>()))
        {
            wrong.Add($"{run.Name} has two late results of {twice}");
        }
    }

    // What is recorded of a child is what its own facts say: that it is over, how, and what it used.
    private void JudgeChildren(CrashRun run)
    {
        var children = run.Events.OfType<RunEvent.ChildStarted>().ToLookup(e => new AttemptKey(e.Visit, e.Branch, e.Attempt), e => e.Run);
        foreach (var happened in run.Events)
        {
            if (KeyOf(happened) is not { } key || SpentBy(happened) is not { } spent)
            {
                continue;
            }

            foreach (var child in children[key].Where(states.ContainsKey))
            {
                var state = states[child];
                if (!state.IsOver)
                {
                    wrong.Add($"{run.Name} has a result of {child}, which goes on");
                }
                else if (Books.Of(state) != spent)
                {
                    wrong.Add($"{run.Name} was told that {child} used {spent}; it used {Books.Of(state)}");
                }
            }
        }
    }

    private void JudgeOutput(string output)
    {
        foreach (var run in contents.Runs)
        {
            var state = states[run.Name];
            if (!state.IsOver)
            {
                wrong.Add($"{run.Name} goes on");
            }

            var fromChildren = run.Events.Select(SpentBy).OfType<Books>().Sum(spent => spent.Lost?.Tokens ?? 0);
            var mayLose = state.Failure?.Code == "run.cancelled"
                || run.Events.Any(e => e is RunEvent.TakenOver { WasPutDown: not true } or RunEvent.StateLeft { State: "any" });
            if ((state.Books?.Lost?.Tokens ?? 0) != fromChildren && !mayLose)
            {
                wrong.Add($"{run.Name} lost {state.Books?.Lost}, and nobody who carried it is gone");
            }
        }

        var root = states.GetValueOrDefault(CrashLife.Run.Value, RunState.Initial);
        if (root.Status != RunStatus.Succeeded || root.Output.ToString() != output)
        {
            wrong.Add($"{CrashLife.Run} ended {root.Status} with {root.Output} {root.Failure?.Code}; expected {output}");
        }
    }

    private static IEnumerable<T> Twice<T>(IEnumerable<T> all)
        where T : notnull =>
        all.CountBy(one => one).Where(one => one.Value > 1).Select(one => one.Key);

    private static string? StartedBy(RunEvent happened) =>
        (happened as RunEvent.ChildStarted)?.Run ?? (happened as RunEvent.RunLaunched)?.Run;

    private static Books? SpentBy(RunEvent happened) => happened switch
    {
        RunEvent.ActivitySucceeded e => e.Spent,
        RunEvent.ActivityFailed e => e.Spent,
        RunEvent.LateResult e => e.Spent,
        _ => null,
    };

    private static AttemptKey? KeyOf(RunEvent happened) => happened switch
    {
        RunEvent.ActivitySucceeded e => new(e.Visit, e.Branch, e.Attempt),
        RunEvent.ActivityFailed e => new(e.Visit, e.Branch, e.Attempt),
        RunEvent.LateResult e => new(e.Visit, e.Branch, e.Attempt),
        _ => null,
    };

    private static Workflow? Find(Workflow workflow, string hash) => workflow.Hash == hash
        ? workflow
        : workflow.Children.Values.Select(child => Find(child, hash)).FirstOrDefault(found => found is not null);

    private readonly record struct AttemptKey(int Visit, int Branch, int Attempt)
    {
        public override string ToString() => $"attempt {Attempt} in branch {Branch} of visit {Visit}";
    }
}
