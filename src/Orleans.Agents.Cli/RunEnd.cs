using System.Text.Json;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli;

/// <summary>How a run ended, whoever carried it.</summary>
/// <param name="Run">The run.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Activities">How many attempts at activities it made.</param>
/// <param name="Output">What it put out, when it succeeded.</param>
/// <param name="Failure">Why it failed, when it did.</param>
internal sealed record RunEnd(
    string Run, TimeSpan Took, long Activities, JsonElement? Output, FailureDocument? Failure)
{
    /// <summary>Its status.</summary>
    public string Status => StatusName.Of(Failure is null ? RunStatus.Succeeded : RunStatus.Failed);

    /// <summary>What the process ends with when this is how its run did.</summary>
    public int ExitCode => Failure switch
    {
        null => Cli.ExitCode.Done,
        { Class: "policy" or "budget" } => Cli.ExitCode.Refused,
        _ => Cli.ExitCode.Failed,
    };

    /// <summary>The end of a run that was carried here.</summary>
    public static RunEnd Of(RunId run, RunState state) => new(
        run.Value,
        state.Now - state.StartedAt,
        state.ActivitiesUsed,
        state.Failure is null ? Json.ElementOf(state.Output) : null,
        state.Failure is null ? null : FailureDocument.Of(state.Failure));
}
