namespace Orleans.Agents.Silo.Wire;

/// <summary>
/// Runs of which something new was stored, and how far each has come; nothing of what it is.
/// </summary>
/// <param name="Runs">The runs and their versions.</param>
/// <param name="Proof">Who listens sends itself one now and then, to see that hints come.</param>
internal sealed record HintItem(IReadOnlyDictionary<string, long> Runs, string? Proof = null);
