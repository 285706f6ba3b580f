using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli.Documents;

/// <summary>A run that waits for a signal.</summary>
/// <param name="Run">The run that waits: the one that is shown, or a child run.</param>
/// <param name="State">The state that waits.</param>
/// <param name="Signal">What it waits for.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">When it stops waiting; null when it waits for ever.</param>
/// <param name="Send">The command that sends the signal.</param>
internal sealed record WaitDocument(
    string Run, string State, string Signal, DateTimeOffset Since, DateTimeOffset? Until, string Send)
{
    /// <summary>The document of a wait.</summary>
    public static WaitDocument Of(SignalWait wait) => new(
        wait.Run.Value, wait.State, wait.Signal, wait.Since, wait.Until, CommandOf(wait.Run.Value, wait.Signal));

    /// <summary>The command that sends a signal to a run.</summary>
    public static string CommandOf(string run, string signal) => $"agents runs signal {run} {signal} --payload '<JSON>'";
}

/// <summary>A signal that was sent.</summary>
/// <param name="Run">The run it was sent to.</param>
/// <param name="Signal">The signal.</param>
/// <param name="Id">What this one is called.</param>
/// <param name="IsNew">Whether it was sent just now, and not before under the same name.</param>
internal sealed record SignalledDocument(string Run, string Signal, string Id, bool IsNew);
