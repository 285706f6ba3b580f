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
    /// <summary>The form <c>run/visit/branch</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Run}/{Visit}/{Branch}");
}
