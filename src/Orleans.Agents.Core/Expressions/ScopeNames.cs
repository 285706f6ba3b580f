using System.Collections.Immutable;

namespace Orleans.Agents.Expressions;

/// <summary>The names an expression may begin a path with, besides named items.</summary>
public static class ScopeNames
{
    /// <summary>What the run was started with.</summary>
    public const string Input = "input";

    /// <summary>What the run has saved so far.</summary>
    public const string Context = "context";

    /// <summary>What the state's activity yielded.</summary>
    public const string Output = "output";

    /// <summary>The failure that is being dealt with.</summary>
    public const string Error = "error";

    /// <summary>Facts about the run itself.</summary>
    public const string Run = "run";

    /// <summary>The allow-listed environment values recorded when the run started.</summary>
    public const string Env = "env";

    /// <summary>All of them, sorted by their code units.</summary>
    public static ImmutableSortedSet<string> All { get; } =
        ImmutableSortedSet.Create(StringComparer.Ordinal, Context, Env, Error, Input, Output, Run);
}
