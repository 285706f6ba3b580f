using System.Collections.Immutable;

namespace Orleans.Agents.Schemas;

/// <summary>Whether a value matches a schema and, if not, why not.</summary>
public sealed class SchemaResult
{
    /// <summary>The most violations that are listed; the rest is left out.</summary>
    public const int MaxViolations = 20;

    private const int MostShown = 3;

    internal SchemaResult(ImmutableArray<SchemaViolation> violations) => Violations = violations;

    /// <summary>Whether the value matches.</summary>
    public bool IsValid => Violations.IsEmpty;

    /// <summary>
    /// What does not match, at most <see cref="MaxViolations"/>, in the same order each time; empty exactly when the
    /// value matches. Under a failed <c>anyOf</c> or <c>oneOf</c> stand those of the alternative that came nearest.
    /// </summary>
    public ImmutableArray<SchemaViolation> Violations { get; }

    internal static SchemaResult Valid { get; } = new([]);

    /// <summary>The violations in a sentence, for messages; the first three are spelt out.</summary>
    public override string ToString()
    {
        var first = string.Join("; ", Violations.Take(MostShown).Select(v => $"{PlaceOf(v)}{v.Message}"));
        return Violations.Length > MostShown ? $"{first}; and {Violations.Length - MostShown} more" : first;
    }

    private static string PlaceOf(SchemaViolation violation) =>
        violation.InstancePath.Length == 0 ? "" : $"at {violation.InstancePath}: ";
}
