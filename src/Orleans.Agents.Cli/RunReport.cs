using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Progress;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli;

/// <summary>Says how a run ended: its output or its failure as the payload, the rest to people.</summary>
internal sealed class RunReport(Streams streams, Manner manner)
{
    /// <summary>Prints the payload of a run that is over.</summary>
    /// <returns>What the process ends with.</returns>
    public int Print(RunId run, RunState state)
    {
        Tell(run, state);
        if (state.Status == RunStatus.Succeeded)
        {
            streams.WriteJson(state.Output, manner.IsCompact);
        }
        else
        {
            var document = new FailedDocument(FailureDocument.Of(state.Failure!), run.Value);
            streams.WriteJson(document, CliJson.Default.FailedDocument, manner.IsCompact);
        }

        return ExitCodeOf(state);
    }

    /// <summary>What the process ends with when this is how its run stands.</summary>
    public static int ExitCodeOf(RunState state) => state switch
    {
        { Status: RunStatus.Succeeded } => ExitCode.Done,
        { Failure.Class: FailureClass.Policy or FailureClass.Budget } => ExitCode.Refused,
        _ => ExitCode.Failed,
    };

    /// <summary>Tells people how a run ended.</summary>
    public void Tell(RunId run, RunState state)
    {
        var activities = state.ActivitiesUsed == 1 ? "1 activity" : $"{state.ActivitiesUsed} activities";
        var (how, tone) = state.Status == RunStatus.Succeeded ? ("succeeded", Tone.Good) : ("failed", Tone.Error);
        if (!manner.IsQuiet || state.Failure is not null)
        {
            streams.Tell($"run {run} {how} in {Durations.TextOf(state.Now - state.StartedAt)}, {activities}", tone);
        }

        for (var failure = state.Failure; failure is not null; failure = failure.Cause)
        {
            var cause = ReferenceEquals(failure, state.Failure) ? "" : "caused by ";
            streams.Tell(
                $"  {cause}{failure.Code} ({Failure.ClassName(failure.Class)}){PlaceOf(failure)}: {failure.Message}");
        }
    }

    private static string PlaceOf(Failure failure) => failure.Origin switch
    {
        null or { State: "" } => "",
        { Attempt: 0 } origin => $" in state {origin.State}, visit {origin.Visit}",
        var origin => $" in state {origin.State}, visit {origin.Visit}, attempt {origin.Attempt}",
    };
}
