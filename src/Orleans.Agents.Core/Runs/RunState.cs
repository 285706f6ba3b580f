using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Agents.Budgets;
using Orleans.Agents.Failures;
using Orleans.Agents.Messages;
using Orleans.Agents.Serialization;
using Orleans.Agents.Values;

namespace Orleans.Agents.Runs;

/// <summary>What is known about a run after some number of events. Its JSON form is kept as a snapshot.</summary>
public sealed record RunState
{
    /// <summary>A run nothing has happened to.</summary>
    public static RunState Initial { get; } = new();

    /// <summary>How many events led here.</summary>
    [JsonInclude]
    public long Version { get; internal set; }

    /// <summary>Where the run is in its life.</summary>
    public RunStatus Status { get; init; }

    /// <summary>Who the run is; null before it started.</summary>
    public RunOrigin? Origin { get; init; }

    /// <summary>What the run may use; null before it started.</summary>
    public RunBounds? Bounds { get; init; }

    /// <summary>When the run started.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When the last fact happened. Time never runs backwards in a run.</summary>
    [JsonInclude]
    public DateTimeOffset Now { get; internal set; }

    /// <summary>
    /// What tells this carrier of the run from those before it: its process's epoch, or more, because it grows whenever
    /// the run is taken over. 0 when nobody said.
    /// </summary>
    public long Epoch { get; init; }

    /// <summary>What the run was started with.</summary>
    public Payload Input { get; init; }

    /// <summary>What states have saved, by name. At most <see cref="RunLimits.ContextBytes"/> in all.</summary>
    [JsonConverter(typeof(PayloadMapConverter))]
    public ImmutableSortedDictionary<string, Payload> Context { get; init; } = PayloadMap.Empty;

    /// <summary>The state the run is in; empty before it started and when it is over.</summary>
    public string State { get; init; } = "";

    /// <summary>Which visit of the run this is, from 1. At most <see cref="RunLimits.Visits"/>.</summary>
    public int Visit { get; init; }

    /// <summary>How often the present state may be entered.</summary>
    public int? MaxVisits { get; init; }

    /// <summary>How often each state was entered. As many as the definition has states.</summary>
    [JsonConverter(typeof(CountMapConverter))]
    public ImmutableSortedDictionary<string, int> Visits { get; init; } = CountMap.Empty;

    /// <summary>The activities under way, by branch.</summary>
    [JsonConverter(typeof(OpenActivitiesConverter))]
    public ImmutableSortedDictionary<int, OpenActivity> Open { get; init; } = OpenActivities.None;

    /// <summary>How many of them wait for a child run; null when none does.</summary>
    public int? AwaitedChildren { get; init; }

    /// <summary>What the present state fans out into; null when it does not.</summary>
    public FanOut? FanOut { get; init; }

    /// <summary>
    /// The activities under way that another run asked for first, of which this one was forked, by branch; null when there are
    /// none.
    /// </summary>
    public ImmutableArray<InheritedActivity>? Inherited { get; init; }

    /// <summary>
    /// Calls and child runs under way when the run stopped waiting for them, oldest first; null when there are none. At most
    /// <see cref="RunLimits.UnsettledCalls"/>: what becomes of older ones is not recorded.
    /// </summary>
    public ImmutableList<UnsettledCall>? Unsettled { get; init; }

    /// <summary>How the run ends when its last unsettled call is known; null while it goes on.</summary>
    public RunEnding? Ending { get; init; }

    /// <summary>That the run begins nothing until it is resumed; null while it does.</summary>
    public Suspension? Suspension { get; init; }

    /// <summary>
    /// How many processes in a row ended without a word while they did its work, and nothing was recorded in between; null when
    /// none did. At most <see cref="RunLimits.Crashes"/>: then it is suspended.
    /// </summary>
    public int? Crashes { get; init; }

    /// <summary>The signal that the present state waits for; null when it waits for none.</summary>
    public AwaitedSignal? Awaited { get; init; }

    /// <summary>
    /// Signals that no state has waited for yet, oldest first; null when there are none. At most
    /// <see cref="RunLimits.EarlySignals"/>, and <see cref="RunLimits.EarlySignalBytes"/> in all, besides one that a suspended
    /// run waits for.
    /// </summary>
    public ImmutableList<EarlySignal>? Signals { get; init; }

    /// <summary>
    /// Messages that no agent has been told yet, in the order in which they were sent; null when there are none. At most
    /// <see cref="RunLimits.Messages"/>, and <see cref="RunLimits.MessageBytes"/> in all.
    /// </summary>
    public ImmutableList<AgentMessage>? Messages { get; init; }

    /// <summary>What agents are told in their turns of the present visit; null when nothing is.</summary>
    public ImmutableArray<HeardMessage>? Heard { get; init; }

    /// <summary>The chain that each agent goes on with that was told something; as many as there are agents.</summary>
    public ImmutableArray<MessageChain>? Chains { get; init; }

    /// <summary>When the present state's wait is over.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>The failure that was caught last.</summary>
    public Failure? Error { get; init; }

    /// <summary>How many attempts at activities were asked for.</summary>
    public long ActivitiesUsed { get; init; }

    /// <summary>How many runs it launched; null when none.</summary>
    public long? LaunchesUsed { get; init; }

    /// <summary>What was set aside for calls and child runs, and what became of it; null when nothing ever was.</summary>
    public Books? Books { get; init; }

    /// <summary>How long attempts were under way, added up.</summary>
    public TimeSpan ActiveTime { get; init; }

    /// <summary>What came near its limit, each kind once; null when nothing did.</summary>
    public ImmutableArray<SizeWarning>? Warnings { get; init; }

    /// <summary>What the run ended with, when it ended well.</summary>
    public Payload Output { get; init; }

    /// <summary>Why the run ended without an output, when it did.</summary>
    public Failure? Failure { get; init; }

    /// <summary>The status as people see it: that of a run that is suspended says so.</summary>
    [JsonIgnore]
    public RunStatus ShownStatus => Suspension is null ? Status : RunStatus.Suspended;

    /// <summary>Whether nothing can follow.</summary>
    [JsonIgnore]
    public bool IsOver => Status is RunStatus.Succeeded or RunStatus.Failed;

    /// <summary>
    /// The idempotency key of an activity of the present visit: its own name, or that which it had in the run that asked for it
    /// first.
    /// </summary>
    public ActivityId KeyOf(int branch)
    {
        foreach (var (inherited, run) in Inherited ?? [])
        {
            if (inherited == branch)
            {
                return new ActivityId(new RunId(run), Visit, branch);
            }
        }

        return new ActivityId(new RunId(Origin!.Run), Visit, branch);
    }
}

/// <summary>An activity that another run asked for first.</summary>
/// <param name="Branch">The branch of the visit; the number of the visit is the same in both runs.</param>
/// <param name="Run">The other run.</param>
public sealed record InheritedActivity(int Branch, string Run);
