using System.Globalization;

namespace Orleans.Agents.Runs;

/// <summary>One process's licence to carry runs. Later epochs are greater; a fenced epoch never writes again.</summary>
/// <param name="Value">Counted from 1 by the store.</param>
public readonly record struct Epoch(long Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
