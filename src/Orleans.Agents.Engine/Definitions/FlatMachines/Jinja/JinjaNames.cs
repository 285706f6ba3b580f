using System.Collections.Immutable;

namespace Orleans.Agents.Definitions.FlatMachines.Jinja;

/// <summary>What names of a template are called in our own expressions.</summary>
internal sealed record JinjaNames
{
    /// <summary>Every name as it is.</summary>
    public static JinjaNames Same { get; } = new();

    /// <summary>What stands for the output: a name, or an expression.</summary>
    public string Output { get; init; } = Expressions.ScopeNames.Output;

    /// <summary>Whether the output is a text, which templates call <c>output.content</c>.</summary>
    public bool IsText { get; init; }

    /// <summary>Whether the word <c>content</c> alone means the output's content.</summary>
    public bool KnowsContent { get; init; }

    /// <summary>Names of loops and of <c>set</c>, and the expressions that stand for them.</summary>
    public ImmutableDictionary<string, string> Bound { get; init; } =
        ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    public JinjaNames With(string name, string expression) => this with { Bound = Bound.SetItem(name, expression) };
}
