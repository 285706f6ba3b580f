using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Forks;

/// <summary>Which run to begin another one from, and how that is to be different.</summary>
/// <param name="Run">The run to fork; whether it is over, or carried, does not matter.</param>
/// <param name="At">The version after which it is cut: that of one of its appends.</param>
/// <param name="As">The new run's name; null lets the engine choose one.</param>
/// <param name="Context">
/// An object whose values take the place of those of their names in the context, <c>null</c> taking a name out; null changes
/// nothing.
/// </param>
/// <param name="CorrelationId">Stands on every call, span and message of the new run; null lets the engine choose one.</param>
/// <param name="Traceparent">
/// The span that starts it, in W3C's form; null is the caller's own, if it is in one. What is in another form is left out.
/// </param>
/// <param name="Key">The same key is the same run, for ever: asked for again, the run that was begun is answered.</param>
public sealed record ForkRequest(
    RunId Run,
    long At,
    RunId? As = null,
    Payload? Context = null,
    Guid? CorrelationId = null,
    string? Traceparent = null,
    string? Key = null);
