using System.Collections.Immutable;
using Orleans.Agents.Expressions;

namespace Orleans.Agents.Definitions.Drafts;

/// <summary>A kind of place where expressions stand, and the names that mean something there.</summary>
/// <param name="Description">What messages call it.</param>
/// <param name="Names">The names in scope.</param>
internal sealed record ExpressionPlace(string Description, ImmutableArray<string> Names)
{
    private static readonly ImmutableArray<string> BeforeAState =
        [ScopeNames.Input, ScopeNames.Context, ScopeNames.Run, ScopeNames.Env, ScopeNames.Error];

    public static ExpressionPlace State { get; } = new("a state", BeforeAState);

    public static ExpressionPlace AfterState { get; } = new("`save` and `next`", [.. BeforeAState, ScopeNames.Output]);

    public static ExpressionPlace Catch { get; } = new("`catch`", BeforeAState);

    /// <summary>What is done for each item of a list.</summary>
    public static ExpressionPlace Each(string item) => new("`foreach`", [.. BeforeAState, item]) { Item = item };

    public static ExpressionPlace Context { get; } = new(
        "the `context` of a workflow", [ScopeNames.Input, ScopeNames.Env]);

    public static ExpressionPlace Policy { get; } = new("a policy", [ScopeNames.Input, ScopeNames.Env]);

    public static ExpressionPlace Agent { get; } = new("an agent", [ScopeNames.Input]);

    public static ExpressionPlace Answer { get; } = new("an answer", [ScopeNames.Input, ScopeNames.Run]);

    /// <summary>What an item of a list is called here.</summary>
    public string? Item { get; private init; }

    /// <summary>The names an expression may begin a path with, here or elsewhere.</summary>
    public ExpressionNames Known => Item is null ? ExpressionNames.All : ExpressionNames.All.With(Item);

    /// <summary>What to do instead of using a name that is not in scope.</summary>
    public string Advice(string name) => (name, this) switch
    {
        (ScopeNames.Output, _) when this == State || this == Catch =>
            "the output saved first: `save` it in the state that has it, and read it from `context`",
        _ when this == Agent || this == Answer => "it passed in by the state's `input`",
        _ => $"one of {string.Join(", ", Names)}",
    };
}
