using Orleans.Agents.Runs;

namespace Orleans.Agents.Simulation.Tests;

/// <summary>Counts the processes in a row that ended while they made attempts of a run and recorded nothing of it.</summary>
internal sealed class CrashWatch
{
    private bool hasBegun;

    /// <summary>How many there were.</summary>
    public int InARow { get; private set; }

    /// <summary>An attempt begins.</summary>
    public void Began() => hasBegun = true;

    /// <summary>A fact is stored.</summary>
    public void Record(RunEvent happened)
    {
        switch (happened)
        {
            case RunEvent.TakenOver taken:
                InARow += taken.AfterCrash is true && hasBegun ? 1 : 0;
                hasBegun = false;
                break;
            case RunEvent.ActivitySucceeded or RunEvent.ActivityFailed or RunEvent.StateEntered or RunEvent.StateLeft
                or RunEvent.BranchesStarted or RunEvent.ActivityDecided or RunEvent.ChildStarted or RunEvent.RunLaunched
                or RunEvent.Resumed:
                InARow = 0;
                break;
        }
    }
}
