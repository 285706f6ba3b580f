using System.Text;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Schemas;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Activities;

/// <summary>How an attempt went, before the run is told.</summary>
internal abstract record ActivityOutcome
{
    private ActivityOutcome()
    {
    }

    /// <summary>It produced an output.</summary>
    public sealed record Succeeded(Payload Output, Usage? Usage = null) : ActivityOutcome;

    /// <summary>It did not; what a model used all the same is null where nobody knows.</summary>
    public sealed record Failed(Failure Failure, Usage? Usage = null) : ActivityOutcome;

    /// <summary>The call was made and nobody knows how it went, or its output cannot be used.</summary>
    public sealed record Lost(Failure Cause) : ActivityOutcome;

    /// <summary>The tool said what became of a call.</summary>
    public sealed record Reconciled(Reconciliation Found) : ActivityOutcome;

    /// <summary>The run did not allow the call to be made: it has gone on, or the call may have been made before.</summary>
    public sealed record Refused : ActivityOutcome;

    /// <summary>It was stopped from outside before it was done.</summary>
    public sealed record Stopped : ActivityOutcome;

    /// <summary>The failure of an output that does not satisfy a schema. A model may do better when asked again.</summary>
    public static Failure InvalidOutput(string whose, SchemaResult result, Payload output) => new(
        FailureClass.Transient,
        FailureCode.OutputInvalid,
        $"The output does not satisfy the schema of {whose}: {result}",
        Details: DetailsOf(output));

    /// <summary>The failure of an output that cannot be kept, or would not mean the same to all who read it.</summary>
    public static Failure UnusableOutput(FailureClass kind, string whose, PayloadFlaw flaw) =>
        new(kind, FailureCode.OutputUnusable, $"The output of {whose} cannot be used: {flaw}.");

    private const int MaxDetails = 4096;

    // An output that is as deep as a payload may be cannot be put into another.
    private static Payload? DetailsOf(Payload output) =>
        output.Length <= MaxDetails
        && Payload.TryParse(Encoding.UTF8.GetBytes($$"""{"output":{{output}}}"""), out var details, out _)
            ? details
            : null;
}
