using System.CommandLine;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Cli;

/// <summary><c>agents runs prune</c>: removes runs that are over from a store.</summary>
internal sealed class RunsPruneVerb
{
    private readonly Streams streams;
    private readonly Option<string> store = StoreChoice.Option();
    private readonly Option<bool> json = MannerOptions.JsonOption();
    private readonly Option<bool> isRehearsal = new("--dry-run") { Description = "Count the runs, and remove none." };
    private readonly Option<long?> keep = Numbers.Option(
        "--keep", "Keep this many of the newest that are over. Default: none, if --older-than is given.", 0, int.MaxValue);

    private readonly Option<TimeSpan?> olderThan = DurationOption.Named(
        "--older-than", "Keep those that ended within this time, such as 12h or 30d. Default: none, if --keep is given.");

    private RunsPruneVerb(Streams streams) => this.streams = streams;

    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var prune = new RunsPruneVerb(streams);
        var verb = new Verb(
            "prune",
            "Removes runs that are over from the store, for ever.",
            "What one of the two options keeps is kept. Runs that are not over are never removed; names and keys stay taken.",
            new Example("Forget what ended a month ago, but not the last thousand", "agents runs prune --older-than 30d --keep 1000"),
            new Example("How many would go?", "agents runs prune --keep 1000 --dry-run"))
        {
            prune.olderThan,
            prune.keep,
            prune.isRehearsal,
            prune.store,
            prune.json,
        };
        verb.Validators.Add(result =>
        {
            if (result.GetResult(prune.olderThan) is null && result.GetResult(prune.keep) is null)
            {
                result.AddError("Say what to keep: --older-than, --keep, or both.");
            }
        });
        verb.SetAction((parsed, cancellation) => prune.RunAsync(parsed, cancellation));
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var choice = StoreChoice.Of(parsed.GetValue(store));
        await using var opened = await choice.OpenToReadAsync(cancellation);
        var runs = 0L;
        if (opened is null)
        {
            streams.Tell($"there is no store yet: {choice.Name}; nothing is to be pruned");
        }
        else
        {
            await opened.MigrateAsync(cancellation);
            runs = await PassAsync(opened, await RuleAsync(opened, parsed, cancellation), cancellation);
        }

        var isRemoved = !parsed.GetValue(isRehearsal);
        streams.Tell($"{(runs == 1 ? "1 run" : $"{runs} runs")} {(isRemoved ? "pruned" : "would be pruned")}");
        streams.WriteJson(
            new PrunedDocument(runs, isRemoved), CliJson.Default.PrunedDocument, parsed.GetValue(json));
        return ExitCode.Done;
    }

    private async Task<PruneRule> RuleAsync(IStore opened, ParseResult parsed, CancellationToken cancellation)
    {
        var now = await opened.NowAsync(cancellation) ?? TimeProvider.System.GetUtcNow();
        return new PruneRule(now - parsed.GetValue(olderThan), (int?)parsed.GetValue(keep), IsRehearsal: parsed.GetValue(isRehearsal));
    }

    private static async Task<long> PassAsync(IStore opened, PruneRule rule, CancellationToken cancellation)
    {
        var runs = 0L;
        for (long? next = 0; next is { } after;)
        {
            var some = await opened.Runs.PruneAsync(rule with { After = after }, cancellation);
            runs += some.Runs;
            next = some.Next;
        }

        return runs;
    }
}
