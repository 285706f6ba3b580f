using System.Globalization;

namespace Orleans.Agents.Runs;

/// <summary>
/// Names one piece of outside work for ever: the same for each attempt at it and after each crash, so it serves tools and
/// child runs as an idempotency key.
/// </summary>
/// <param name="Run">The run that asks for it.</param>
/// <param name="Visit">Which visit of the run asks for it, counted from 1.</param>
/// <param name="Branch">Which branch of the visit; 0 where a state asks for one thing only.</param>
public readonly record struct ActivityId(RunId Run, int Visit, int Branch)
{
    /// <summary>Reads the form <c>run/visit/branch</c>.</summary>
    public static bool TryParse(string text, out ActivityId activity)
    {
        activity = default;
        if (text.Split('/') is not [var run, var visit, var branch]
            || !RunId.IsValid(run)
            || !int.TryParse(visit, NumberStyles.None, CultureInfo.InvariantCulture, out var visitNumber)
            || !int.TryParse(branch, NumberStyles.None, CultureInfo.InvariantCulture, out var branchNumber))
        {
            return false;
        }

        activity = new ActivityId(new RunId(run), visitNumber, branchNumber);
        return true;
    }

    /// <summary>The form <c>run/visit/branch</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Run}/{Visit}/{Branch}");
}
