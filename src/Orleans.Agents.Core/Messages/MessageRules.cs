using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Messages;

/// <summary>
/// The rules of messages: each is told once, in the next turn of the agent that it is for; all attempts of that turn are told it.
/// Who answers goes on with a chain, and chains are bounded.
/// </summary>
public static class MessageRules
{
    /// <summary>What is told in a turn: the messages that were delivered to it, in the order in which they were sent.</summary>
    public static IEnumerable<AgentMessage> HeardIn(RunState state, int branch) =>
        state.Heard is { } heard ? heard.Where(one => one.Branch == branch).Select(one => one.Message) : [];

    /// <summary>What a model is told of a message.</summary>
    public static string TextOf(Workflow workflow, AgentMessage message)
    {
        var most = BoundOf(workflow, message);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Message from {message.SenderRole} to {message.RecipientRole}, hop {message.HopIndex} of {most}:\n{Value.From(message.Payload).ToDisplayText()}");
    }

    /// <summary>How many hops the chain of a message may have: more where it comes back to somebody.</summary>
    public static int BoundOf(Workflow workflow, AgentMessage message)
    {
        string[] roles = [.. message.Trail, message.SenderRole, message.RecipientRole];
        return roles.Distinct(StringComparer.Ordinal).Count() < roles.Length ? workflow.Hops.Cyclic : workflow.Hops.Linear;
    }

    /// <summary>What may be told in a turn that is not begun yet; of several turns side by side the first is told it.</summary>
    internal static IEnumerable<AgentMessage> ToBeHeardIn(RunState state, int branch, string role) =>
        state.Messages is null && state.Heard is null ? []
        : HeardIn(state, branch).Any() ? HeardIn(state, branch)
        : (state.Messages ?? ImmutableList<AgentMessage>.Empty).Where(message => message.RecipientRole == role);

    /// <summary>A turn begins: what waits for its agent is told.</summary>
    internal static void Deliver(Draft draft, Workflow workflow, int branch)
    {
        var state = draft.Current;
        if (state.Messages is null || workflow.States[state.State].ActivityOf(branch) is not State.AgentCall { Agent: var role })
        {
            return;
        }

        ImmutableArray<string> ids = [.. state.Messages.Where(message => message.RecipientRole == role).Select(message => message.Id)];
        if (!ids.IsEmpty)
        {
            draft.Add(new RunEvent.MessagesDelivered(state.Visit, branch, role, TurnsOf(workflow, state, role), ids));
        }
    }

    internal static string? Enter(
        Draft draft, Workflow workflow, State.Send send, RunEvent.StateEntered entered, DateTimeOffset at)
    {
        draft.Add(entered);
        if (!RunScope.TryRender(send.Input, workflow, draft.Current, out var payload, out var broken))
        {
            return draft.Failed(send, broken.ToFailure());
        }

        if (!TryFindRun(workflow, draft.Current, send, out var run, out var failure))
        {
            return draft.Failed(send, failure);
        }

        var own = draft.Current.Origin!.Run;
        var message = Make(workflow, draft.Current, send, payload, at);
        if ((Objection(workflow, draft.Current, message) ?? (run == own ? Crowded(draft.Current, message) : null)) is { } objection)
        {
            return draft.Failed(send, objection);
        }

        if (run == own)
        {
            draft.Add(new RunEvent.MessageSent(message));
        }
        else
        {
            draft.Send(new SentMessage(new RunId(run), message));
        }

        return draft.Left(send, Payload.Parse(string.Create(
            CultureInfo.InvariantCulture, $"{{\"id\":\"{message.Id}\",\"hop\":{message.HopIndex}}}")));
    }

    /// <summary>Another run of the tree sent something.</summary>
    internal static Decision Hear(Workflow workflow, RunState state, RunCommand.Hear hear, DateTimeOffset at)
    {
        var message = hear.Message;
        var draft = new Draft(workflow, state, at);
        var objection = workflow.Agents.ContainsKey(message.RecipientRole)
            ? Crowded(state, message)
            : Wrong(FailureCode.MessageUnknown, $"No state of workflow '{workflow.Name}' asks an agent '{message.RecipientRole}'.");
        draft.Add(objection is null
            ? new RunEvent.MessageReceived(message)
            : new RunEvent.MessageRefused(message, objection)); // its sender has gone on
        return draft.Accept();
    }

    // A chain is gone on with in the turn in which it was heard; who is asked again without being told anything begins anew.
    private static AgentMessage Make(Workflow workflow, RunState state, State.Send send, Payload payload, DateTimeOffset at)
    {
        var chain = state.Chains?.FirstOrDefault(one => one.Role == send.From);
        var trail = chain?.Turn == TurnsOf(workflow, state, send.From) ? chain.Senders : [];
        return new AgentMessage(
            string.Create(CultureInfo.InvariantCulture, $"{state.Origin!.Run}/{state.Visit}"),
            send.From,
            send.To,
            trail.Length + 1,
            trail,
            at,
            payload);
    }

    // How many turns an agent has had: the visits of the states that ask it.
    private static int TurnsOf(Workflow workflow, RunState state, string role)
    {
        var turns = 0;
        foreach (var (name, visits) in state.Visits)
        {
            turns += Asks(workflow.States[name], role) ? visits : 0;
        }

        return turns;
    }

    private static bool Asks(State state, string role) => state switch
    {
        State.AgentCall call => call.Agent == role,
        State.Parallel parallel => parallel.Branches.Any(branch => Asks(branch.Asks, role)),
        State.ForEach each => Asks(each.Do, role),
        _ => false,
    };

    // The names of a tree's runs begin with its root's: what is sent stays in the tree.
    private static bool TryFindRun(
        Workflow workflow, RunState state, State.Send send, out string run, [NotNullWhen(false)] out Failure? failure)
    {
        var origin = state.Origin!;
        run = origin.Run;
        failure = null;
        if (!RunScope.TryRender(send.Run, workflow, state, out var rendered, out var broken))
        {
            failure = broken.ToFailure();
            return false;
        }

        if (rendered.IsNull)
        {
            return true;
        }

        var root = origin.Parent?.Root ?? origin.Run;
        run = Value.From(rendered).ToDisplayText() switch
        {
            State.Send.Parent => origin.Parent?.Run ?? "",
            State.Send.Root => root,
            var named => named,
        };
        failure = run == root || (RunId.IsValid(run) && run.StartsWith($"{root}~", StringComparison.Ordinal))
            ? null
            : Wrong(FailureCode.MessageNoRun, run.Length == 0
                ? $"The run has no parent that agent '{send.To}' could be told something in."
                : $"Run '{run}' is not of the tree of run {root}, in which agent '{send.To}' could be told something.");
        return failure is null;
    }

    private static Failure? Objection(Workflow workflow, RunState state, AgentMessage message) =>
        SizeLimits.TooLarge(state, message.Payload.Length, "The message") is { } large ? large
        : message.HopIndex > BoundOf(workflow, message)
            ? Wrong(
                FailureCode.MessageHops,
                $"Agent '{message.SenderRole}' would send hop {message.HopIndex} of a chain, {string.Join(", ", message.Trail)}, {message.SenderRole}, {message.RecipientRole}; it may have {BoundOf(workflow, message)}.")
        : null;

    private static Failure? Crowded(RunState state, AgentMessage message)
    {
        var kept = state.Messages?.Count ?? 0;
        var bytes = message.Payload.Length + (state.Messages?.Sum(one => (long)one.Payload.Length) ?? 0);
        return kept >= RunLimits.Messages || bytes > RunLimits.MessageBytes
            ? Wrong(
                FailureCode.MessagesFull,
                $"{kept} messages wait for the turns of their agents; no more than {RunLimits.Messages}, and {RunLimits.MessageBytes} bytes, are kept.")
            : null;
    }

    private static Failure Wrong(string code, string message) => new(FailureClass.Permanent, code, message);
}
