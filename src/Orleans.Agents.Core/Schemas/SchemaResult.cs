using System.Collections.Immutable;

namespace Orleans.Agents.Schemas;

/// <summary>Whether a value matches a schema and, if not, why not.</summary>
public sealed class SchemaResult
{
    /// <summary>The most violations that are listed; the rest is left out.</summary>
    public const int MaxViolations = 20;

    internal SchemaResult(ImmutableArray<SchemaViolation> violations) => Violations = violations;

    /// <summary>Whether the value matches.</summary>
    public bool IsValid => Violations.IsEmpty;

    /// <summary>
    /// What does not match, at most <see cref="MaxViolations"/>, in the same order each time; empty exactly when the
    /// value matches. Under a failed <c>anyOf</c> or <c>oneOf</c> stand those of the alternative that came nearest.
    /// </summary>
    public ImmutableArray<SchemaViolation> Violations { get; }

    internal static SchemaResult Valid { get; } = new([]);
}
