using System.Collections.Immutable;
using Orleans.Agents.Values;

namespace Orleans.Agents.Expressions;

/// <summary>What an expression sees. What is not given is null.</summary>
public sealed record Scope
{
    private Item? items;

    /// <summary>A scope in which everything is null.</summary>
    public static Scope Empty { get; } = new();

    /// <summary>What <c>input</c> means.</summary>
    public Payload Input { get; init; }

    /// <summary>
    /// What <c>context</c> means: its members by name. Kept in ordinal order, whatever order it came in.
    /// </summary>
    public ImmutableSortedDictionary<string, Payload> Context
    {
        get;
        init => field = ReferenceEquals(value.KeyComparer, StringComparer.Ordinal)
            ? value
            : value.WithComparers(StringComparer.Ordinal);
    } = ImmutableSortedDictionary.Create<string, Payload>(StringComparer.Ordinal);

    /// <summary>What <c>output</c> means.</summary>
    public Payload Output { get; init; }

    /// <summary>What <c>error</c> means.</summary>
    public Payload Error { get; init; }

    /// <summary>What <c>run</c> means.</summary>
    public Payload Run
    {
        get => LaterRun?.Value ?? field;
        init;
    }

    /// <summary>What <c>run</c> means, made only when an expression asks: few do, and it is asked for at each step.</summary>
    internal ILaterPayload? LaterRun { get; init; }

    /// <summary>What <c>env</c> means.</summary>
    public Payload Env { get; init; }

    /// <summary>This scope with one more named item, which hides an earlier one of that name.</summary>
    /// <exception cref="ArgumentException">The name is one of <see cref="ScopeNames.All"/>.</exception>
    public Scope With(string name, Payload value) => ScopeNames.All.Contains(name)
        ? throw new ArgumentException($"An item cannot be called `{name}`: that name is taken.", nameof(name))
        : this with { items = new Item(name, value, items) };

    internal Value Find(string name)
    {
        for (var item = items; item is not null; item = item.Outer)
        {
            if (string.Equals(item.Name, name, StringComparison.Ordinal))
            {
                return Value.From(item.Content);
            }
        }

        return Value.Null;
    }

    internal Value WholeContext()
    {
        var members = new Member[Context.Count];
        var index = 0;
        foreach (var (name, value) in Context)
        {
            members[index++] = new Member(System.Text.Encoding.UTF8.GetBytes(name), Value.From(value));
        }

        return Value.FromMembers(members);
    }

    private sealed record Item(string Name, Payload Content, Item? Outer);
}

/// <summary>A payload that is made when it is first asked for.</summary>
internal interface ILaterPayload
{
    Payload Value { get; }
}
