namespace Orleans.Agents.EndToEnd.Tests.Checking;

/// <summary>
/// Judges what a fleet left behind, from the database, the files of its tools and the answers its callers got; it knows
/// nothing of the engine but the form of what is stored. Every broken promise is one sentence.
/// </summary>
internal sealed class HistoryChecker
{
    private readonly StoreContents contents;
    private readonly List<string> wrong = [];
    private readonly Dictionary<string, RunHistoryFacts> histories = new(StringComparer.Ordinal);

    private HistoryChecker(StoreContents contents) => this.contents = contents;

    /// <summary>Says everything that is wrong; nothing when all promises were kept.</summary>
    /// <param name="contents">What the database holds, after all runs have ended.</param>
    /// <param name="work">What the tools wrote down.</param>
    /// <param name="promises">The starts that were acknowledged.</param>
    public static IReadOnlyList<string> Judge(
        StoreContents contents, WorkRecords work, IReadOnlyCollection<Promise> promises)
    {
        var checker = JudgeStored(contents, promises);
        checker.JudgeResults(work);
        checker.JudgeEffects(work);
        checker.JudgeOnce(work);
        return checker.wrong;
    }

    /// <summary>Says what is wrong with what is stored, where tools write nothing down.</summary>
    public static IReadOnlyList<string> Judge(StoreContents contents, IReadOnlyCollection<Promise> promises) =>
        JudgeStored(contents, promises).wrong;

    private static HistoryChecker JudgeStored(StoreContents contents, IReadOnlyCollection<Promise> promises)
    {
        var checker = new HistoryChecker(contents);
        checker.ReadHistories();
        checker.JudgeRows();
        checker.JudgePromises(promises);
        checker.JudgeChildren();
        return checker;
    }

    private void ReadHistories()
    {
        foreach (var journal in contents.Appends.GroupBy(a => a.Run, StringComparer.Ordinal))
        {
            var history = new RunHistoryFacts(journal.Key, wrong.Add);
            foreach (var append in journal)
            {
                history.Add(append);
            }

            histories.Add(journal.Key, history);
        }
    }

    private void JudgeRows()
    {
        var fenced = contents.Carriers.Where(c => c.IsFenced).Select(c => c.Epoch).ToHashSet();
        foreach (var run in contents.Runs)
        {
            if (!histories.TryGetValue(run.Run, out var history))
            {
                wrong.Add($"{run.Run} has a row and no journal");
                continue;
            }

            if (run.Version != history.Version)
            {
                wrong.Add($"{run.Run} is said to be at version {run.Version}; its journal ends at {history.Version}");
            }

            if (run.Owner is { } owner)
            {
                wrong.Add($"{run.Run} is left to {(fenced.Contains(owner) ? "the fenced" : "the")} epoch {owner}");
            }

            if (run.Status != history.End)
            {
                wrong.Add($"{run.Run} is said to be {run.Status}; its journal says {history.End ?? "it never ended"}");
            }
        }

        foreach (var keys in contents.Runs.Where(r => r.Key is not null).GroupBy(r => r.Key).Where(g => g.Count() > 1))
        {
            wrong.Add($"key {keys.Key} started {keys.Count()} runs");
        }
    }

    private void JudgePromises(IReadOnlyCollection<Promise> promises)
    {
        var runs = contents.Runs.ToDictionary(r => r.Run, StringComparer.Ordinal);
        foreach (var promise in promises)
        {
            if (!runs.TryGetValue(promise.Run, out var run) || !histories.TryGetValue(promise.Run, out var history))
            {
                wrong.Add($"{promise.Run} was acknowledged for {promise.Key} and is lost");
                continue;
            }

            if (run.Key != promise.Key)
            {
                wrong.Add($"{promise.Run} was acknowledged for {promise.Key} and belongs to {run.Key}");
            }

            if (history.Output != promise.Output)
            {
                wrong.Add($"{promise.Run} ended with {history.Output ?? history.Failure ?? "no output"} instead of {promise.Output}");
            }
        }
    }

    // What a run is told of a child that it waited for is what the child's own journal says.
    private void JudgeChildren()
    {
        foreach (var result in histories.Values.SelectMany(h => h.Results).Where(r => r.Child is not null))
        {
            if (!histories.TryGetValue(result.Child!, out var child))
            {
                wrong.Add($"{result.Child} was started for {result.Activity} and is lost");
            }
            else if (result.IsSuccess && child.Output != result.Output)
            {
                wrong.Add(
                    $"{result.Activity} is recorded with {result.Output}; {result.Child} ended with "
                    + (child.Output ?? "no output"));
            }
        }
    }

    // A result says that somebody did the work, under the epoch that it is recorded under; or it was found out, by asking or
    // by being told late, what had become of a call that somebody else may have made.
    private void JudgeResults(WorkRecords work)
    {
        var done = work.Effects.ToHashSet();
        var once = work.Once.ToHashSet();
        foreach (var result in histories.Values.SelectMany(h => h.Results).Where(r => r.IsSuccess && r.Child is null))
        {
            var isDone = result.IsFoundOut
                ? once.Contains((result.Activity, result.Attempt))
                : done.Contains(new Effect(result.Activity, result.Attempt, result.Epoch));
            if (!isDone)
            {
                wrong.Add(
                    $"{result.Activity} attempt {result.Attempt} is recorded under epoch {result.Epoch}; "
                    + "nobody did it there");
            }
        }
    }

    // What must not be done twice is not, by nobody: neither by another attempt nor by another process.
    private void JudgeOnce(WorkRecords work)
    {
        foreach (var times in work.Once.GroupBy(o => o.Activity, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            wrong.Add($"{times.Key} must be done once and was done {times.Count()} times");
        }

        foreach (var call in work.Again)
        {
            wrong.Add($"{call.Activity} must be done once and was called again under epoch {call.Epoch}");
        }
    }

    private void JudgeEffects(WorkRecords work)
    {
        foreach (var times in work.Effects.GroupBy(e => e))
        {
            var effect = times.Key;
            if (times.Count() > work.MadeAnew.GetValueOrDefault(effect, 1))
            {
                wrong.Add(
                    $"{effect.Activity} attempt {effect.Attempt} was done {times.Count()} times under epoch {effect.Epoch}");
            }

            if (!histories.TryGetValue(effect.Run, out var history) || history.CarriedFrom(effect.Epoch) is not { } from)
            {
                wrong.Add($"{effect.Activity} was done under epoch {effect.Epoch}, which never carried the run");
                continue;
            }

            foreach (var result in history.Results.Where(r => r.Activity == effect.Activity))
            {
                JudgeEffect(effect, from, result);
            }
        }
    }

    // Whoever takes a run over sees what is recorded, and does none of it again. Who carried it before may: it was
    // stopped in the middle, does not know that others went on without it, and finishes what it was at.
    private void JudgeEffect(Effect effect, long from, RecordedResult result)
    {
        var isRepeated = effect.Attempt == result.Attempt && from > result.Version;
        var isNeedless = effect.Attempt > result.Attempt && result.IsSuccess;
        if (isRepeated || isNeedless)
        {
            wrong.Add(
                $"{effect.Activity} was recorded under epoch {result.Epoch} at attempt {result.Attempt} and done again "
                + $"under epoch {effect.Epoch} at attempt {effect.Attempt}");
        }
    }
}
