using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Progress;
using Orleans.Agents.Cli.Terminals;

namespace Orleans.Agents.Cli;

/// <summary>Says how a run ended: its output or its failure as the payload, the rest to people.</summary>
internal sealed class RunReport(Streams streams, Manner manner)
{
    /// <summary>Prints the payload of a run that is over.</summary>
    /// <returns>What the process ends with.</returns>
    public int Print(RunEnd end)
    {
        Tell(end);
        if (end.Failure is { } failure)
        {
            streams.WriteJson(new FailedDocument(failure, end.Run), CliJson.Default.FailedDocument, manner.IsCompact);
        }
        else
        {
            streams.WriteJson(json => end.Output!.Value.WriteTo(json), manner.IsCompact);
        }

        return end.ExitCode;
    }

    /// <summary>Tells people how a run ended.</summary>
    public void Tell(RunEnd end)
    {
        var activities = end.Activities == 1 ? "1 activity" : $"{end.Activities} activities";
        var (how, tone) = end.Failure is null ? ("succeeded", Tone.Good) : ("failed", Tone.Error);
        if (!manner.IsQuiet || end.Failure is not null)
        {
            streams.Tell($"run {end.Run} {how} in {Durations.TextOf(end.Took)}, {activities}", tone);
        }

        for (var failure = end.Failure; failure is not null; failure = failure.Cause)
        {
            var cause = ReferenceEquals(failure, end.Failure) ? "" : "caused by ";
            streams.Tell($"  {cause}{failure.Code} ({failure.Class}){PlaceOf(failure)}: {failure.Message}");
        }
    }

    private static string PlaceOf(FailureDocument failure) => failure switch
    {
        { State: null or "" } => "",
        { Attempt: null or 0 } => $" in state {failure.State}, visit {failure.Visit}",
        _ => $" in state {failure.State}, visit {failure.Visit}, attempt {failure.Attempt}",
    };
}
