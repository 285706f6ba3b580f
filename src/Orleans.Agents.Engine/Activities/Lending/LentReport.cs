using System.Diagnostics;
using System.Text.Json.Serialization;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Activities.Lending;

/// <summary>How a lent attempt went.</summary>
/// <param name="Place">Its place in the loan, from 0.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Succeeded), "succeeded")]
[JsonDerivedType(typeof(Failed), "failed")]
[JsonDerivedType(typeof(GivenUp), "given_up")]
internal abstract record LentReport(int Place)
{
    /// <summary>It produced an output.</summary>
    public sealed record Succeeded(int Place, Payload Output, Usage? Usage = null) : LentReport(Place);

    /// <summary>It did not.</summary>
    public sealed record Failed(int Place, Failure Failure, Usage? Usage = null) : LentReport(Place);

    /// <summary>It was cancelled, or the process that had taken it stops.</summary>
    public sealed record GivenUp(int Place) : LentReport(Place);

    public static LentReport From(int place, RunCommand report) => report switch
    {
        RunCommand.ReportSuccess success => new Succeeded(place, success.Output, success.Usage),
        RunCommand.ReportFailure failure => new Failed(place, failure.Failure, failure.Usage),
        _ => throw new UnreachableException(report.GetType().Name),
    };

    /// <summary>What the run is told; null when the attempt was given up.</summary>
    public RunCommand? ToCommand(LaneItem item)
    {
        var (_, visit, branch) = item.Attempt.Activity;
        return this switch
        {
            Succeeded success => new RunCommand.ReportSuccess(
                visit, branch, item.Attempt.Number, success.Output, success.Usage, Waited: item.Waited),
            Failed failed => new RunCommand.ReportFailure(
                visit, branch, item.Attempt.Number, failed.Failure, failed.Usage, Waited: item.Waited),
            GivenUp => null,
            _ => throw new UnreachableException(GetType().Name),
        };
    }
}
