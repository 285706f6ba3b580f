using Orleans.Agents.Runs;

namespace Orleans.Agents.Replays;

/// <summary>Which attempt a command is about.</summary>
/// <param name="Branch">The branch of the visit.</param>
/// <param name="Attempt">Which attempt.</param>
internal readonly record struct ResultPlace(int Branch, int Attempt)
{
    /// <summary>The attempt that a command is about; null when it is about none.</summary>
    public static ResultPlace? Of(RunCommand command) => command switch
    {
        RunCommand.ReportSuccess e => new(e.Branch, e.Attempt),
        RunCommand.ReportFailure e => new(e.Branch, e.Attempt),
        RunCommand.Intend e => new(e.Branch, e.Attempt),
        RunCommand.ReportReconciled e => new(e.Branch, e.Attempt),
        RunCommand.Decide e => new(e.Branch, e.Attempt),
        RunCommand.ReportLate e => new(e.Branch, e.Attempt),
        RunCommand.StartChild e => new(e.Branch, e.Attempt),
        RunCommand.ReportChild e => new(e.Branch, e.Attempt),
        _ => null,
    };

    /// <summary>The visit that a result is of; null when the command is no result.</summary>
    public static int? VisitOf(RunCommand command) => command switch
    {
        RunCommand.ReportSuccess e => e.Visit,
        RunCommand.ReportFailure e => e.Visit,
        RunCommand.ReportLate e => e.Visit,
        RunCommand.ReportChild e => e.Visit,
        _ => null,
    };

    /// <summary>The same command about another branch of another visit.</summary>
    public static RunCommand Move(RunCommand command, int visit, int branch) => command switch
    {
        RunCommand.ReportSuccess e => e with { Visit = visit, Branch = branch },
        RunCommand.ReportFailure e => e with { Visit = visit, Branch = branch },
        RunCommand.Intend e => e with { Visit = visit, Branch = branch },
        RunCommand.ReportReconciled e => e with { Visit = visit, Branch = branch },
        RunCommand.Decide e => e with { Visit = visit, Branch = branch },
        RunCommand.ReportLate e => e with { Visit = visit, Branch = branch },
        RunCommand.StartChild e => e with { Visit = visit, Branch = branch },
        RunCommand.ReportChild e => e with { Visit = visit, Branch = branch },
        _ => command,
    };
}
