using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Terminals;

namespace Orleans.Agents.Cli;

/// <summary><c>agents runs</c>: the verbs about runs that exist.</summary>
internal static class RunsVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var verb = new Verb(
            "runs",
            "Lists, shows, carries on, suspends, signals, cancels, decides about, forks, replays, compares and prunes runs.",
            "Runs are kept in the store until they are pruned. Reading them disturbs nobody who carries one.",
            new Example("What ran last", "agents runs list --limit 10"),
            new Example("Carry on what a crash interrupted", "agents runs resume --all"))
        {
            RunsListVerb.Create(streams),
            RunsShowVerb.Create(streams),
            RunsTreeVerb.Create(streams),
            RunsEventsVerb.Create(streams),
            RunsResumeVerb.Create(streams),
            RunsSuspendVerb.Create(streams),
            RunsCancelVerb.Create(streams),
            RunsDecideVerb.Create(streams),
            RunsSignalVerb.Create(streams),
            RunsForkVerb.Create(streams),
            RunsReplayVerb.Create(streams),
            RunsCompareVerb.Create(streams),
            RunsPruneVerb.Create(streams),
        };
        verb.SetAction(_ => streams.WriteText(HelpPage.TextOf(verb)));
        return verb;
    }
}
