using Orleans.Agents.Expressions;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli;

/// <summary>Finds the run that somebody means by its name, or by the beginning of it.</summary>
internal static class RunFinder
{
    private const int PageSize = 1_000;
    private const int MostShown = 5;

    /// <summary>Opens a store that must be there, because a run is looked for in it.</summary>
    /// <exception cref="CommandException">There is no store.</exception>
    public static async Task<IStore> OpenStoreAsync(
        StoreChoice choice, string typed, CancellationToken cancellation) =>
        await choice.OpenToReadAsync(cancellation)
            ?? throw Unknown($"There is no run '{typed}': there is no store yet: {choice.Name}.");

    /// <summary>Finds the run.</summary>
    /// <exception cref="CommandException">None, or more than one, begins like this.</exception>
    public static async Task<RunRecord> FindAsync(IStore store, string typed, CancellationToken cancellation)
    {
        if (RunId.IsValid(typed) && await store.Runs.FindAsync(new RunId(typed), cancellation) is { } exact)
        {
            return exact;
        }

        var matches = new List<RunRecord>();
        var others = new List<string>();
        RunId? before = null;
        while (true)
        {
            var page = await store.Runs.ListAsync(new RunQuery(PageSize, Before: before), cancellation);
            matches.AddRange(page.Where(r => r.Id.Value.StartsWith(typed, StringComparison.Ordinal)));
            if (before is null)
            {
                others.AddRange(page.Select(r => r.Id.Value));
            }

            if (page.Length < PageSize)
            {
                break;
            }

            before = page[^1].Id;
        }

        var only = Only(typed, [.. matches.Select(m => m.Id.Value)], others);
        return matches.Find(m => m.Id.Value == only)!;
    }

    /// <summary>Finds the run's name before an engine starts: a typing mistake must not take an epoch.</summary>
    /// <exception cref="CommandException">There is no store; or none, or more than one, begins like this.</exception>
    public static async Task<RunId> FindNameAsync(StoreChoice choice, string typed, CancellationToken cancellation)
    {
        await using var reading = await OpenStoreAsync(choice, typed, cancellation);
        return (await FindAsync(reading, typed, cancellation)).Id;
    }

    /// <summary>The one run whose name begins as it was typed.</summary>
    /// <param name="typed">What was typed.</param>
    /// <param name="matches">The names that begin like this.</param>
    /// <param name="others">Names of runs, to tell what was probably meant.</param>
    /// <param name="bound">What to say where none begins like this, but not all have been looked at.</param>
    /// <exception cref="CommandException">None, or more than one, does.</exception>
    public static string Only(string typed, List<string> matches, List<string> others, string bound = "") => matches switch
    {
        [var only] => only,
        [] => throw Unknown($"There is no run '{typed}'.{NearestOf(typed, others)}{bound}"),
        _ => throw Unknown($"'{typed}' begins the names of {matches.Count} runs:{Shown(matches)}"),
    };

    private static string NearestOf(string typed, List<string> names) =>
        NearestName.Of(typed, names) is { } nearest ? $" Did you mean {nearest}?"
        : names.Count > 0 ? $" Nearest are:{Shown(Nearest.ByBeginning(typed, names, MostShown))}"
        : " There is none at all.";

    private static string Shown(IEnumerable<string> names) => string.Concat(names.Take(MostShown).Select(n => $" {n}"));

    private static CommandException Unknown(string message) => new(ExitCode.Usage, "cli.run_unknown", message);
}
