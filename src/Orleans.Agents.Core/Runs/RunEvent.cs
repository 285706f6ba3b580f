using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Agents.Budgets;
using Orleans.Agents.Failures;
using Orleans.Agents.Messages;
using Orleans.Agents.Serialization;
using Orleans.Agents.Values;

namespace Orleans.Agents.Runs;

/// <summary>A fact about a run: past tense, immutable, stored for ever under the names that <see cref="FactKinds"/> gives.</summary>
[JsonConverter(typeof(RunEventConverter))]
public abstract record RunEvent
{
    private RunEvent()
    {
    }

    /// <summary>What facts of this kind are called where they are stored.</summary>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-1)]
    public string Kind => FactKinds.NameOf(this);

    /// <summary>The run was accepted, with everything that is fixed for its whole life.</summary>
    public sealed record Started(
        RunOrigin Origin,
        Payload Input,
        [property: JsonConverter(typeof(PayloadMapConverter))]
        ImmutableSortedDictionary<string, Payload> Context,
        RunBounds Bounds) : RunEvent;

    /// <summary>The run begins where another one stood; it needs nothing of that one any more.</summary>
    /// <param name="State">What is known of the run from here on, whose origin says where it was forked from.</param>
    public sealed record Forked(RunState State) : RunEvent;

    /// <summary>Another process carries the run; the attempts that were under way are made anew.</summary>
    /// <param name="Epoch">Greater than every epoch the run was carried under before.</param>
    /// <param name="WasPutDown">Whether nobody had carried it since its last fact, so that nothing was under way.</param>
    /// <param name="AfterCrash">Whether the process that carried it ended, or was cut off, without handing it over.</param>
    public sealed record TakenOver(long Epoch, bool? WasPutDown = null, bool? AfterCrash = null) : RunEvent;

    /// <summary>The run is in another state.</summary>
    /// <param name="State">Its name.</param>
    /// <param name="Visit">Which visit of the run this is, counted from 1.</param>
    /// <param name="Cycle">Which visit of this state this is, counted from 1.</param>
    /// <param name="MaxVisits">How many visits of this state there may be.</param>
    /// <param name="Activity">Whether the state asks for an activity, so a first attempt is under way.</param>
    /// <param name="WakeAt">When the state's wait is over.</param>
    /// <param name="Signal">The signal that the state waits for.</param>
    /// <param name="Reserved">What is set aside for the attempt.</param>
    public sealed record StateEntered(
        string State,
        int Visit,
        int Cycle,
        int? MaxVisits = null,
        bool Activity = false,
        DateTimeOffset? WakeAt = null,
        string? Signal = null,
        Cost? Reserved = null) : RunEvent;

    /// <summary>The run is done with a state.</summary>
    /// <param name="State">Its name.</param>
    /// <param name="Visit">The visit that is over.</param>
    /// <param name="Saved">What the context has from now on; null when nothing was saved.</param>
    /// <param name="Failure">Why the state did not end well, when it did not; from now on the run's <c>error</c>.</param>
    public sealed record StateLeft(
        string State,
        int Visit,
        [property: JsonConverter(typeof(PayloadMapConverter))]
        ImmutableSortedDictionary<string, Payload>? Saved = null,
        Failure? Failure = null) : RunEvent;

    /// <summary>It is settled what a state fans out into.</summary>
    /// <param name="Visit">The visit that fans out.</param>
    /// <param name="Count">How many branches there are.</param>
    /// <param name="Limit">How many are under way at once.</param>
    /// <param name="Needed">How many have to succeed.</param>
    /// <param name="Collects">Whether failed branches are results like others.</param>
    /// <param name="Items">The list, when there is one branch for each of its items.</param>
    /// <param name="Keys">What the items are called in the output.</param>
    /// <param name="Until">When the state fails if it is not done.</param>
    public sealed record BranchesPlanned(
        int Visit,
        int Count,
        int Limit,
        int Needed,
        bool? Collects = null,
        Payload? Items = null,
        ImmutableArray<string>? Keys = null,
        DateTimeOffset? Until = null) : RunEvent;

    /// <summary>A first attempt is under way in each of these branches.</summary>
    /// <param name="Visit">The visit that fans out.</param>
    /// <param name="First">The first of them.</param>
    /// <param name="Count">How many they are; their numbers follow on each other.</param>
    /// <param name="Reserved">What is set aside for each of them; null when that is nothing for any.</param>
    public sealed record BranchesStarted(int Visit, int First, int Count, ImmutableArray<Cost>? Reserved = null) : RunEvent;

    /// <summary>A branch will not succeed any more.</summary>
    public sealed record BranchFailed(int Visit, int Branch, Failure Failure) : RunEvent;

    /// <summary>An attempt produced an output.</summary>
    /// <param name="Visit">The visit that asked for it.</param>
    /// <param name="Branch">The branch of the visit.</param>
    /// <param name="Attempt">The attempt.</param>
    /// <param name="Output">The output.</param>
    /// <param name="Usage">What an agent's model used.</param>
    /// <param name="Spent">The books of a child run at its end.</param>
    /// <param name="Waited">How long there was no free lane for it; null when that is too little to be told.</param>
    public sealed record ActivitySucceeded(
        int Visit,
        int Branch,
        int Attempt,
        Payload Output,
        Usage? Usage = null,
        Books? Spent = null,
        TimeSpan? Waited = null) : RunEvent;

    /// <summary>An attempt did not produce an output.</summary>
    /// <param name="Visit">The visit that asked for it.</param>
    /// <param name="Branch">The branch of the visit.</param>
    /// <param name="Attempt">The attempt.</param>
    /// <param name="Failure">Why.</param>
    /// <param name="Usage">What an agent's model used all the same.</param>
    /// <param name="Spent">The books of a child run at its end.</param>
    /// <param name="Waited">How long there was no free lane for it; null when that is too little to be told.</param>
    public sealed record ActivityFailed(
        int Visit,
        int Branch,
        int Attempt,
        Failure Failure,
        Usage? Usage = null,
        Books? Spent = null,
        TimeSpan? Waited = null) : RunEvent;

    /// <summary>Another attempt is to be made, no earlier than this.</summary>
    public sealed record RetryScheduled(
        int Visit, int Branch, int Attempt, DateTimeOffset NotBefore, Cost? Reserved = null) : RunEvent;

    /// <summary>A process is about to make a call that must not be made twice.</summary>
    public sealed record ActivityIntended(int Visit, int Branch, int Attempt, long Epoch) : RunEvent;

    /// <summary>A call was meant to be made, and nobody knows whether it happened.</summary>
    /// <param name="Visit">The visit that asked for it.</param>
    /// <param name="Branch">The branch of the visit.</param>
    /// <param name="Attempt">The attempt.</param>
    /// <param name="Failure">Why nobody knows.</param>
    /// <param name="AskAt">When the tool may be asked; null when somebody has to decide.</param>
    public sealed record ActivityUnknown(
        int Visit, int Branch, int Attempt, Failure Failure, DateTimeOffset? AskAt = null) : RunEvent;

    /// <summary>The tool was asked what became of a call; when it does not know, somebody has to decide.</summary>
    public sealed record ActivityReconciled(int Visit, int Branch, int Attempt, CallOutcome Outcome, string? Why = null)
        : RunEvent;

    /// <summary>Somebody decided about a call whose outcome nobody knew.</summary>
    public sealed record ActivityDecided(int Visit, int Branch, int Attempt, VerdictKind Verdict, string? Reason = null)
        : RunEvent;

    /// <summary>What became of a call after the run had stopped waiting for it. It changes nothing else.</summary>
    public sealed record LateResult(
        int Visit,
        int Branch,
        int Attempt,
        Payload? Output = null,
        Failure? Failure = null,
        Usage? Usage = null,
        Books? Spent = null) : RunEvent;

    /// <summary>A child run exists from now on, and the run waits for its end.</summary>
    /// <param name="Visit">The visit that asked for it.</param>
    /// <param name="Branch">The branch of the visit.</param>
    /// <param name="Attempt">The attempt that it is.</param>
    /// <param name="Run">The child.</param>
    /// <param name="Until">When the run stops waiting for it.</param>
    /// <param name="Reserved">What it may use, set aside for it.</param>
    public sealed record ChildStarted(
        int Visit, int Branch, int Attempt, string Run, DateTimeOffset? Until = null, Cost? Reserved = null) : RunEvent;

    /// <summary>The run does not wait for a child any more, and has asked it to stop.</summary>
    public sealed record ChildAbandoned(int Visit, int Branch, int Attempt) : RunEvent;

    /// <summary>A run that nobody waits for exists from now on, whatever becomes of this one.</summary>
    /// <param name="Visit">The visit that asked for it.</param>
    /// <param name="Branch">The branch of the visit.</param>
    /// <param name="Attempt">The attempt.</param>
    /// <param name="Run">The run.</param>
    /// <param name="Spent">What was handed over to it for good.</param>
    public sealed record RunLaunched(int Visit, int Branch, int Attempt, string Run, Cost? Spent = null) : RunEvent;

    /// <summary>Somebody outside told the run something; it is kept until a state waits for it.</summary>
    /// <param name="Signal">The name that states wait for.</param>
    /// <param name="Id">Names this one among all signals of the run.</param>
    /// <param name="Payload">What was told.</param>
    public sealed record SignalReceived(string Signal, string Id, Payload Payload) : RunEvent;

    /// <summary>The signal that the present state waited for came, and is its output.</summary>
    public sealed record SignalTaken(int Visit, string Signal, string Id) : RunEvent;

    /// <summary>A signal of which its sender could not be told in time that it is of no use; it changes nothing.</summary>
    /// <param name="Signal">The name that it has.</param>
    /// <param name="Id">Names this one among all signals of the run.</param>
    /// <param name="Failure">Why it is of no use.</param>
    /// <param name="Payload">What was told.</param>
    public sealed record SignalRefused(string Signal, string Id, Failure Failure, Payload? Payload = null) : RunEvent;

    /// <summary>An agent tells another something; it is kept until that has a turn.</summary>
    /// <param name="Message">What is told.</param>
    /// <param name="Run">The other run of the tree that it goes to; null when it is kept here.</param>
    public sealed record MessageSent(AgentMessage Message, string? Run = null) : RunEvent;

    /// <summary>An agent of another run of the tree tells one of this run something; it is kept until that has a turn.</summary>
    public sealed record MessageReceived(AgentMessage Message) : RunEvent;

    /// <summary>A message from another run of the tree is of no use here; it changes nothing.</summary>
    public sealed record MessageRefused(AgentMessage Message, Failure Failure) : RunEvent;

    /// <summary>An agent is told in its turn, which begins, what was kept for it.</summary>
    /// <param name="Visit">The visit that is the turn.</param>
    /// <param name="Branch">The branch of the visit.</param>
    /// <param name="Role">The agent.</param>
    /// <param name="Turn">Which turn of the agent it is.</param>
    /// <param name="Ids">The messages.</param>
    public sealed record MessagesDelivered(int Visit, int Branch, string Role, int Turn, ImmutableArray<string> Ids) : RunEvent;

    /// <summary>
    /// The run begins nothing until it is resumed. What is under way is done to its end, and the run takes its results.
    /// </summary>
    /// <param name="Reason">Why, for people.</param>
    /// <param name="ByParent">Whether it is suspended along with the run that waits for it.</param>
    /// <param name="Held">The branches that ask for what nobody has begun; null when there are none.</param>
    /// <param name="Code">The failure code of why, where that was no person's wish.</param>
    public sealed record Suspended(
        string? Reason = null, bool? ByParent = null, ImmutableArray<int>? Held = null, string? Code = null) : RunEvent;

    /// <summary>The run goes on: what was held back begins, and moments that passed meanwhile come now.</summary>
    public sealed record Resumed : RunEvent;

    /// <summary>The run was put down: all it waits for comes from its children, or is not due for long.</summary>
    public sealed record Parked : RunEvent;

    /// <summary>It is settled how the run ends; it only waits for calls under way, and for its children to end.</summary>
    public sealed record Closing(Payload? Output = null, Failure? Failure = null) : RunEvent;

    /// <summary>The run ended with this output.</summary>
    public sealed record Succeeded(Payload Output) : RunEvent;

    /// <summary>The run ended without an output.</summary>
    public sealed record Failed(Failure Failure) : RunEvent;
}

/// <summary>What a run may use; copied from the definition when it starts.</summary>
/// <param name="Activities">How many attempts at activities.</param>
/// <param name="ActiveTime">How long attempts may be under way, added up.</param>
/// <param name="Deadline">When the run fails if it is not over.</param>
/// <param name="Depth">How deep runs may go below it; null is <see cref="Workflows.Budget.DefaultDepth"/>.</param>
/// <param name="Launches">How many it may launch; null is <see cref="Workflows.Budget.DefaultLaunches"/>.</param>
/// <param name="Tokens">How many tokens models may read and write; null in runs older than that bound.</param>
/// <param name="MicroUsd">What models may cost, in millionths of a US dollar.</param>
/// <param name="Sizes">How large things may become; null where nobody said.</param>
public sealed record RunBounds(
    long Activities,
    TimeSpan ActiveTime,
    DateTimeOffset? Deadline = null,
    int? Depth = null,
    long? Launches = null,
    long? Tokens = null,
    long? MicroUsd = null,
    SizeLimits? Sizes = null)
{
    /// <summary>Whether something is set aside for each call and child run; not in runs that began before that was done.</summary>
    [JsonIgnore]
    public bool KeepsBooks => Tokens is not null;
}
