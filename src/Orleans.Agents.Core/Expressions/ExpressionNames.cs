using System.Collections.Immutable;

namespace Orleans.Agents.Expressions;

/// <summary>Which names an expression may begin a path with at the place where it stands.</summary>
public sealed class ExpressionNames
{
    private readonly ImmutableSortedSet<string> names;

    private ExpressionNames(ImmutableSortedSet<string> names) => this.names = names;

    /// <summary>All of <see cref="ScopeNames.All"/>.</summary>
    public static ExpressionNames All { get; } = new(ScopeNames.All);

    /// <summary>The names in ordinal order.</summary>
    public IReadOnlyCollection<string> Names => names;

    /// <summary>Exactly these names.</summary>
    public static ExpressionNames Of(params IEnumerable<string> names) =>
        new(ImmutableSortedSet.CreateRange(StringComparer.Ordinal, names));

    /// <summary>These names and one more.</summary>
    public ExpressionNames With(string name) => new(names.Add(name));

    /// <summary>Whether a name is in scope.</summary>
    public bool Contains(string name) => names.Contains(name);
}
