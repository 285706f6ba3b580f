using Orleans.Agents.Values;

namespace Orleans.Agents.Runs;

/// <summary>Something the shell must be doing while a run is in a given state.</summary>
public abstract record RunWork
{
    private RunWork()
    {
    }

    /// <summary>What tells it from other work of its run; null for a wake-up, of which there is one at a time.</summary>
    public WorkKey? Key => this switch
    {
        Attempt attempt => new WorkKey(attempt.Activity, attempt.Number, IsReconciliation: false),
        Reconcile asked => new WorkKey(asked.Activity, asked.Number, IsReconciliation: true),
        StartChild child => new WorkKey(child.Activity, child.Number, IsReconciliation: false),
        _ => null,
    };

    /// <summary>When it may begin; null at once.</summary>
    public DateTimeOffset? StartsAt => this switch
    {
        Attempt attempt => attempt.NotBefore,
        Reconcile asked => asked.NotBefore,
        StartChild child => child.NotBefore,
        WakeAt wake => wake.DueAt,
        _ => null,
    };

    /// <summary>Make an attempt at an activity, and report how it went.</summary>
    /// <param name="Activity">
    /// The same for each attempt; the idempotency key is <see cref="RunState.KeyOf"/>, mostly the same too.
    /// </param>
    /// <param name="Number">Which attempt, from 1.</param>
    /// <param name="State">The state that asks for it.</param>
    /// <param name="Input">What the agent or tool works on.</param>
    /// <param name="NotBefore">When the attempt may begin; null at once.</param>
    /// <param name="Timeout">How long it may take.</param>
    public sealed record Attempt(
        ActivityId Activity,
        int Number,
        string State,
        Payload Input,
        DateTimeOffset? NotBefore,
        TimeSpan Timeout) : RunWork;

    /// <summary>Ask a tool what became of a call whose outcome nobody knows, and report it.</summary>
    /// <param name="Activity">The idempotency key of the call.</param>
    /// <param name="Number">Which attempt it was.</param>
    /// <param name="State">The state that asked for it.</param>
    /// <param name="Input">What the tool was given.</param>
    /// <param name="NotBefore">When it may be asked.</param>
    /// <param name="Timeout">How long the answer may take.</param>
    public sealed record Reconcile(
        ActivityId Activity,
        int Number,
        string State,
        Payload Input,
        DateTimeOffset NotBefore,
        TimeSpan Timeout) : RunWork;

    /// <summary>Send <see cref="RunCommand.StartChild"/>.</summary>
    /// <param name="Activity">The activity that asks for a run.</param>
    /// <param name="Number">Which attempt at it, from 1.</param>
    /// <param name="NotBefore">When it may begin; null at once.</param>
    public sealed record StartChild(ActivityId Activity, int Number, DateTimeOffset? NotBefore) : RunWork;

    /// <summary>Send <see cref="RunCommand.Wake"/> no earlier than this.</summary>
    public sealed record WakeAt(DateTimeOffset DueAt) : RunWork;
}

/// <summary>What tells one piece of work of a run from another.</summary>
/// <param name="Activity">The activity.</param>
/// <param name="Attempt">Which attempt.</param>
/// <param name="IsReconciliation">Whether the tool is asked what became of it.</param>
public readonly record struct WorkKey(ActivityId Activity, int Attempt, bool IsReconciliation);
