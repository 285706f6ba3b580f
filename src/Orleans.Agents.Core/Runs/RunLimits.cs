namespace Orleans.Agents.Runs;

/// <summary>The bounds every run has, whatever its definition says.</summary>
public static class RunLimits
{
    /// <summary>The most bytes of one payload: an input, an output, a saved value.</summary>
    public const int PayloadBytes = 4 * 1024 * 1024;

    /// <summary>The most bytes of a payload that are stored where it stands; what is larger is a blob of its run.</summary>
    public const int InlineBytes = 32 * 1024;

    /// <summary>The most bytes of a run's context in all.</summary>
    public const int ContextBytes = 16 * 1024 * 1024;

    /// <summary>The most bytes that a model is told in one attempt.</summary>
    public const int PromptBytes = 16 * 1024 * 1024;

    /// <summary>The most facts there may be about a run.</summary>
    public const int Facts = 10_000_000;

    /// <summary>The most states a run moves through between two activities or waits.</summary>
    public const int Transitions = 1_000;

    /// <summary>The most states a run enters in its life.</summary>
    public const int Visits = 1_000_000;

    /// <summary>The most characters of the reason that somebody gives for cancelling a run.</summary>
    public const int ReasonLength = 1_000;

    /// <summary>The most calls a run remembers that were under way when it stopped waiting for them.</summary>
    public const int UnsettledCalls = 1_000;

    /// <summary>The most signals a run keeps that no state has waited for yet.</summary>
    public const int EarlySignals = 100;

    /// <summary>The most bytes of their payloads in all.</summary>
    public const int EarlySignalBytes = 16 * 1024 * 1024;

    /// <summary>The most messages a run keeps for agents that have not had a turn since.</summary>
    public const int Messages = 100;

    /// <summary>The most bytes of their payloads in all.</summary>
    public const int MessageBytes = 16 * 1024 * 1024;

    /// <summary>How many processes in a row may end without a word while they do a run's work, before it is suspended.</summary>
    public const int Crashes = 5;

    /// <summary>The most branches of one fan-out.</summary>
    public const int Branches = 100_000;

    /// <summary>The most branches that are under way at once.</summary>
    public const int BranchesAtOnce = 1_000;

    /// <summary>How long a tool may take to say what became of a call, where its state has no <c>timeout</c>.</summary>
    public static readonly TimeSpan ReconcileTime = TimeSpan.FromMinutes(1);
}
